import type { Gateway, Transition } from '../../domain/gateway.ts';
import type { CredentialId } from '../../domain/ids.ts';
import type { RevocationVerdict } from '../../domain/may-revoke.ts';
import type { CredentialLife } from './views.ts';

const revokedAtMost = 3;

/** The lifetimes of the live credentials and of the last revoked, oldest first; what the audit no longer holds is absent. */
export const livesOf = (
  gateway: Gateway,
  transitions: readonly Transition[],
  { blockers }: Pick<RevocationVerdict, 'blockers'>,
): readonly CredentialLife[] => {
  const whenOf = (kind: string, credentialId: CredentialId): number | undefined =>
    transitions.find((one) => one.kind === kind && one.credentialIds?.includes(credentialId))?.atMs;
  const { rotation, policy } = gateway;
  const quietAtMs = blockers.find((one) => one.code === 'NOT_QUIET')?.quietAtMs;
  const isRetired = (credentialId: CredentialId) => rotation?.retireIds.includes(credentialId) ?? false;
  const live = gateway.live.map(({ credentialId, stage, createdAtMs, origin, compromised }): CredentialLife => {
    const isQuieting = isRetired(credentialId) && !compromised && rotation?.quietSinceMs !== undefined;
    return {
      ...{ credentialId, isLive: true, stage, isForeign: origin.kind === 'foreign', createdAtMs },
      ...turns(credentialId, transitions),
      ...(isQuieting && quietAtMs !== undefined
        ? { quietSinceAtMs: quietAtMs - policy.quietWindowSeconds * 1000, quietUntilAtMs: quietAtMs }
        : {}),
      ...(compromised ? { compromisedAtMs: compromised.atMs, rejectAfterAtMs: compromised.rejectAfterMs } : {}),
    };
  });
  const revoked = gateway.revoked.slice(-revokedAtMost).map((one): CredentialLife => {
    const { credentialId, revokedAtMs, cause, confirmedAtMs } = one;
    const createdAtMs = whenOf('created', credentialId) ?? whenOf('adopt', credentialId);
    return {
      ...{ credentialId, isLive: false, isForeign: false, revokedAtMs, cause },
      ...(createdAtMs === undefined ? {} : { createdAtMs }),
      ...turns(credentialId, transitions),
      ...(confirmedAtMs === undefined ? {} : { confirmedAtMs }),
    };
  });
  return [...revoked, ...live].toSorted((one, other) => (one.createdAtMs ?? 0) - (other.createdAtMs ?? 0));
};

/** When it was proven accepted, when kits were to use it, and when another one took its place. */
const turns = (
  credentialId: CredentialId,
  transitions: readonly Transition[],
): Pick<CredentialLife, 'acceptedAtMs' | 'currentAtMs' | 'retiringAtMs'> => {
  const promotions = transitions
    .filter(({ kind }) => kind === 'promoted')
    .toSorted((one, other) => one.revision - other.revision);
  const mine = promotions.findIndex((one) => one.credentialIds?.includes(credentialId));
  const acceptedAtMs = transitions.find(
    ({ kind, credentialIds }) => kind === 'accepted' && credentialIds?.includes(credentialId),
  )?.atMs;
  const currentAtMs = promotions[mine]?.atMs;
  const retiringAtMs = mine >= 0 ? promotions[mine + 1]?.atMs : undefined;
  return {
    ...(acceptedAtMs === undefined ? {} : { acceptedAtMs }),
    ...(currentAtMs === undefined ? {} : { currentAtMs }),
    ...(retiringAtMs === undefined ? {} : { retiringAtMs }),
  };
};
