import { freshRotation } from './begin.ts';
import {
  type By,
  by,
  type Decision,
  endRotation,
  isRefusal,
  leftToRetire,
  record,
  refuse,
  running,
  unchanged,
} from './decision.ts';
import {
  type Gateway,
  hasReached,
  type LiveCredential,
  liveCredential,
  maxLiveCredentials,
  type Press,
  type Rotation,
  remembered,
} from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';
import { moveToRevoked } from './revoke.ts';
import { endsAlike, sparedBy } from './spared.ts';

/** A press of the button. `rotationId` is used when a new run is needed. */
export type Compromise = By & {
  readonly kind: 'compromise';
  readonly requestId: string;
  readonly rotationId: RotationId;
  readonly rejectWithinSeconds: number;
  /** Default: every live credential of ours but those minted by a compromise rotation that still runs. */
  readonly credentialIds?: readonly CredentialId[];
};

const targetsOf = (gateway: Gateway, command: Compromise): readonly LiveCredential[] => {
  const spared = gateway.rotation?.trigger === 'compromise' ? gateway.rotation.rotationId : undefined;
  const isAsked = ({ credentialId, origin }: LiveCredential): boolean =>
    command.credentialIds
      ? command.credentialIds.includes(credentialId)
      : !(origin.kind === 'minted' && origin.rotationId === spared);
  return gateway.live.filter((credential) => credential.origin.kind !== 'foreign' && isAsked(credential));
};

/** Why nothing is doomed: what is live was made elsewhere (invariant 10), or nothing is live. */
const nothingToDoom = (gateway: Gateway, command: Compromise): Decision => {
  const foreign = gateway.live
    .filter(
      ({ credentialId, origin }) =>
        origin.kind === 'foreign' && (command.credentialIds?.includes(credentialId) ?? true),
    )
    .map(({ credentialId }) => credentialId);
  return foreign.length > 0
    ? refuse(
        'NOT_OURS',
        `Nothing is refused: ${foreign.join(', ')} was not made by this system and not adopted. Delete it where it was made, or adopt it and press again.`,
      )
    : refuse('UNKNOWN_CREDENTIAL', `Gateway ${gateway.gatewayId} has no such live credential: nothing is refused.`);
};

/**
 * One write that dooms the credentials: from `rejectAfterMs` on the builtin authority refuses them by its own clock,
 * whatever else fails (invariant 7). The time is only ever shortened, and what was not made here is left alone. A running rotation goes on when it retires all of
 * them already and is a compromise run; else it is pre-empted, and its successor adopted unless that is doomed too.
 */
export const compromise = (gateway: Gateway, command: Compromise, nowMs: number): Decision => {
  if (gateway.presses.some((press) => press.requestId === command.requestId)) return unchanged;
  if ([gateway.rotation, ...gateway.ended].some((one) => one?.rotationId === command.rotationId))
    return refuse(
      'SUPERSEDED',
      `Request ${command.requestId} was carried out before, as rotation ${command.rotationId}: press again with a new requestId.`,
    );
  const unknown = command.credentialIds?.find((id) => !liveCredential(gateway, id));
  if (unknown)
    return refuse(
      'UNKNOWN_CREDENTIAL',
      `Credential ${unknown} is not live on gateway ${gateway.gatewayId}; live are ${gateway.live.map((one) => one.credentialId).join(', ')}.`,
    );
  const targets = targetsOf(gateway, command);
  const rejectAfterMs = nowMs + command.rejectWithinSeconds * 1000;
  const doomed = new Set(targets.map((credential) => credential.credentialId));
  const live = gateway.live.map((credential) =>
    doomed.has(credential.credentialId) ? doom(credential, rejectAfterMs, nowMs) : credential,
  );
  const { rotation } = gateway;
  const goesOn =
    rotation?.trigger === 'compromise' &&
    !(rotation.targetId && doomed.has(rotation.targetId)) &&
    [...doomed].every((id) => rotation.retireIds.includes(id));
  if (targets.length === 0 && (!goesOn || command.credentialIds)) return nothingToDoom(gateway, command);
  const next = goesOn ? rotation : successorRun({ ...gateway, live }, command, doomed, nowMs);
  const spared = sparedBy(gateway, doomed);
  const press: Press = {
    requestId: command.requestId,
    rotationId: next.rotationId,
    credentialIds: [...doomed],
    ...(spared.length > 0 ? { spared } : {}),
    atMs: nowMs,
    rejectAfterMs: lastEndMs(live, doomed) ?? nowMs,
    ...(goesOn || !rotation ? {} : { preempted: rotation.rotationId }),
    ...(goesOn || !next.targetId ? {} : { adopted: next.targetId }),
    ...(goesOn && endsAlike(gateway.live, live) ? { changedNothing: true } : {}),
    ...(live.length > 0 && live.every(({ compromised }) => compromised) ? { leavesNone: true as const } : {}),
  };
  const changes: Partial<Gateway> = {
    live,
    presses: [...gateway.presses, press].slice(-remembered.presses),
    rotation: next,
    ...(goesOn ? {} : { generation: next.generation, ...endRotation(gateway, 'PREEMPTED', nowMs) }),
  };
  return record(gateway, changes, nowMs, {
    kind: 'compromise',
    ...by(command),
    rotationId: next.rotationId,
    credentialIds: [...doomed],
    detail: {
      requestId: command.requestId,
      rejectAfterMs: press.rejectAfterMs,
      preempted: press.preempted,
      adopted: press.adopted,
      changedNothing: press.changedNothing,
    },
  });
};

const doom = (credential: LiveCredential, rejectAfterMs: number, nowMs: number): LiveCredential => ({
  ...credential,
  compromised: {
    atMs: credential.compromised?.atMs ?? nowMs,
    rejectAfterMs: Math.min(rejectAfterMs, credential.compromised?.rejectAfterMs ?? rejectAfterMs),
  },
});

/** When the last of the doomed is refused, earlier presses counted in. */
const lastEndMs = (live: readonly LiveCredential[], doomed: ReadonlySet<CredentialId>): number | undefined =>
  live
    .filter(({ credentialId }) => doomed.has(credentialId))
    .reduce<number | undefined>(
      (last, { compromised }) => Math.max(last ?? 0, compromised?.rejectAfterMs ?? 0),
      undefined,
    );

/** The compromise run: it retires every other live credential, and takes over a successor that is not doomed. */
const successorRun = (
  gateway: Gateway,
  command: Compromise,
  doomed: ReadonlySet<CredentialId>,
  nowMs: number,
): Rotation => {
  const before = gateway.rotation;
  const heir = before && !before.rolledBack ? liveCredential(gateway, before.targetId) : undefined;
  const adopted = heir && before && !doomed.has(heir.credentialId) ? heir : undefined;
  const fresh = freshRotation(gateway, command, nowMs);
  return {
    ...fresh,
    rotationId: command.rotationId,
    trigger: 'compromise',
    driver: 'workflow',
    retireIds: fresh.retireIds.filter((id) => id !== adopted?.credentialId),
    ...(adopted && before
      ? { targetId: adopted.credentialId, stage: hasReached(before, 'PROMOTED') ? 'PROMOTED' : earlier(before) }
      : {}),
  };
};

/** An unfinished promotion is begun again by the compromise run, which may move AWSCURRENT from whatever it names. */
const earlier = (rotation: Rotation): Rotation['stage'] => (hasReached(rotation, 'ACCEPTED') ? 'ACCEPTED' : 'CREATED');

/** At five live credentials a compromised one (the one unused longest, says the caller) is revoked before its time, so that a successor can be made. */
export type Evict = By & {
  readonly kind: 'evict';
  readonly rotationId: RotationId;
  readonly credentialId: CredentialId;
  /** How many the authority accepts, when those of others are among them. */
  readonly accepted?: number;
};
export const evict = (gateway: Gateway, command: Evict, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const accepted = Math.max(gateway.live.length, command.accepted ?? 0);
  if (accepted < maxLiveCredentials || rotation.targetId !== undefined) return unchanged;
  const credential = liveCredential(gateway, command.credentialId);
  if (!credential?.compromised || !leftToRetire(gateway, rotation).includes(credential.credentialId))
    return refuse(
      'NOT_RETIRING',
      `Credential ${command.credentialId} is not a compromised one that rotation ${rotation.rotationId} retires.`,
    );
  if (credential.origin.kind === 'foreign')
    return refuse('NOT_OURS', `Credential ${command.credentialId} was not made by this system and not adopted.`);
  return record(
    gateway,
    moveToRevoked(gateway, new Map([[credential.credentialId, 'COMPROMISED']]), rotation.rotationId, nowMs),
    nowMs,
    {
      kind: 'evict',
      ...by(command),
      credentialIds: [credential.credentialId],
    },
  );
};
