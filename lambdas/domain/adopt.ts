import { type By, by, type Decision, record, refuse, tooManyLive, unchanged } from './decision.ts';
import { type Gateway, hasReached, type LiveCredential, liveCredential, maxLiveCredentials } from './gateway.ts';
import type { CredentialId } from './ids.ts';
import { withCurrent } from './promotion.ts';
import { withoutQuiet } from './quiet-window.ts';

/**
 * A person gives us a credential that he has made by hand and put into the secret; or one that PingOne has, by its id alone:
 * to retire it, nobody needs its value.
 */
export type Adopt = By & {
  readonly kind: 'adopt';
  readonly credentialId: CredentialId;
  readonly digest?: string;
  readonly versionId?: string;
  /** When PingOne says that it was made, epoch ms. */
  readonly createdAtMs?: number;
  /** Whether somebody has put AWSCURRENT on this version. */
  readonly isCurrent: boolean;
};

/**
 * A credential made by hand becomes ours, with who and why (invariant 10), and what the record calls current when somebody
 * has made it AWSCURRENT. A running rotation retires it too, after a quiet window of its own; not one that was forced
 * before, since that decision did not know of it.
 */
export const adopt = (gateway: Gateway, command: Adopt, nowMs: number): Decision => {
  const { credentialId } = command;
  const value = valueIn(command);
  if (!gateway.authority && !value)
    return refuse(
      'UNKNOWN_CREDENTIAL',
      `The value of ${credentialId} has to be in the secret: give the version that holds it.`,
    );
  const known = liveCredential(gateway, credentialId);
  if (known?.digest !== undefined && value && known.digest !== value.digest)
    return refuse('ALREADY_CREATED', `Credential ${credentialId} is known with another value.`);
  const current = command.isCurrent ? madeCurrent(gateway, command) : {};
  if (
    known &&
    known.origin.kind !== 'foreign' &&
    (!value || known.versionId === value.versionId) &&
    !current.currentVersionId
  )
    return unchanged;
  if (gateway.revoked.some((one) => one.credentialId === credentialId))
    return refuse('UNKNOWN_CREDENTIAL', `Credential ${credentialId} is revoked for good.`);
  const room = gateway.rotation?.targetId ? 0 : 1; // a rotation needs room for what it makes
  if (!known && gateway.live.length >= maxLiveCredentials - room) return tooManyLive(gateway, room);
  const given = { kind: 'adopted', ...by(command) } as const;
  const credential: LiveCredential = known
    ? { ...known, ...value, origin: known.origin.kind === 'foreign' ? given : known.origin }
    : { credentialId, ...value, stage: 'RETIRING', createdAtMs: command.createdAtMs ?? nowMs, origin: given };
  const all = [...gateway.live.filter((one) => one !== known), credential];
  const live = current.currentVersionId ? withCurrent(all, credentialId) : all;
  const { rotation } = gateway;
  const retire =
    rotation &&
    !rotation.rolledBack &&
    !rotation.forced &&
    !rotation.retireIds.includes(credentialId) &&
    rotation.targetId !== credentialId;
  const changes = retire
    ? {
        live,
        ...current,
        rotation: {
          ...withoutQuiet(rotation, 'PREDECESSOR_ADDED', nowMs),
          retireIds: [...rotation.retireIds, credentialId],
        },
      }
    : { live, ...current };
  return record(explained(gateway, credentialId), changes, nowMs, {
    ...by(command),
    kind: 'adopt',
    credentialIds: [credentialId],
  });
};

const valueIn = ({ digest, versionId }: Adopt): { readonly digest: string; readonly versionId: string } | undefined =>
  digest === undefined || versionId === undefined ? undefined : { digest, versionId };

/** A person knows it: it is none that an interrupted create may have left behind. */
const explained = (gateway: Gateway, credentialId: CredentialId): Gateway =>
  gateway.mint && !gateway.mint.knownIds.includes(credentialId)
    ? { ...gateway, mint: { ...gateway.mint, knownIds: [...gateway.mint.knownIds, credentialId] } }
    : gateway;

/** What the record calls current from now on; nothing once a rotation has promoted its own, which stays current. */
const madeCurrent = (
  { rotation, currentVersionId }: Gateway,
  { credentialId, versionId }: Adopt,
): Partial<Pick<Gateway, 'currentVersionId' | 'currentCredentialId'>> =>
  versionId === undefined || currentVersionId === versionId || (rotation && hasReached(rotation, 'PROMOTED'))
    ? {}
    : { currentVersionId: versionId, currentCredentialId: credentialId };
