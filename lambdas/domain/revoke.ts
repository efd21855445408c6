import { type By, by, type Decision, isRefusal, record, refuse, running, unchanged } from './decision.ts';
import {
  type Gateway,
  hasReached,
  isPastItsTime,
  isSettled,
  liveCredential,
  type RevocationCause,
  type RevokedCredential,
  type Rotation,
  remembered,
} from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';
import type { RevocationVerdict } from './may-revoke.ts';
import { isWatched } from './quiet-window.ts';

type OfRotation = By & { readonly rotationId: RotationId };

/** Revokes retiring credentials; `verdict` is what was read with strong consistency since the transition `readAt`, immediately before. */
export type Revoke = OfRotation & {
  readonly kind: 'revoke';
  readonly credentialIds: readonly CredentialId[];
  readonly readAt: number;
  readonly verdict?: RevocationVerdict;
  /** Of a forced rotation: the hash of the list that covers everybody who is cut off, as read since `readAt`. */
  readonly coveredBy?: string;
};

/** "Immediately before" in numbers: what was read longer ago says nothing of now, as use leaves the revision as it is. */
export const proofValidMs = 60_000;

/** Why this credential may be revoked now, or the refusal (invariants 1, 2, 7 and 10). */
const causeFor = (
  gateway: Gateway,
  rotation: Rotation,
  command: Revoke,
  credentialId: CredentialId,
  nowMs: number,
): RevocationCause | ReturnType<typeof refuse> => {
  const credential = liveCredential(gateway, credentialId);
  if (!credential)
    return refuse('UNKNOWN_CREDENTIAL', `Credential ${credentialId} is not live on gateway ${gateway.gatewayId}.`);
  if (credential.origin.kind === 'foreign')
    return refuse(
      'NOT_OURS',
      `Credential ${credentialId} was not made by this system and not adopted: adopt it, or revoke it where it was made.`,
    );
  if (!rotation.retireIds.includes(credentialId))
    return refuse('NOT_RETIRING', `Rotation ${rotation.rotationId} does not retire credential ${credentialId}.`);
  if (credential.compromised && isPastItsTime(gateway, credential.compromised, nowMs)) return 'COMPROMISED';
  if (rotation.held)
    return refuse('HELD', `Rotation ${rotation.rotationId} is held by ${rotation.held.actor}: resume it first.`);
  if (!hasReached(rotation, 'DISTRIBUTED'))
    return refuse(
      'WRONG_STAGE',
      `Rotation ${rotation.rotationId} is at ${rotation.stage}: its credential is not distributed yet.`,
    );
  const moved = command.verdict?.blockers.find((one) => one.code === 'CURRENT_MOVED');
  if (moved)
    return refuse(
      'CURRENT_MOVED',
      `AWSCURRENT names version ${moved.versionId}, which holds ${moved.credentialId}: what it names is not revoked. Move AWSCURRENT to the version of ${rotation.targetId}, or roll the rotation back.`,
    );
  if (rotation.forced && !isCovered(gateway, rotation.forced, command))
    return refuse(
      'NO_PROOF',
      `Nobody has read since whether the force of ${rotation.forced.actor} covers who is cut off.`,
    );
  if (rotation.forced) return credential.compromised ? 'COMPROMISED' : 'FORCED';
  const { verdict } = command;
  if (
    !verdict?.mayRevoke ||
    nowMs < verdict.atMs ||
    nowMs - verdict.atMs > proofValidMs ||
    command.readAt !== gateway.transitionRevision ||
    verdict.targetId !== rotation.targetId ||
    rotation.stage !== 'VERIFIED'
  )
    return refuse(
      'NO_PROOF',
      `No proof read at revision ${gateway.transitionRevision} says that credential ${credentialId} may be revoked.`,
    );
  if (rotation.quietSinceMs === undefined || nowMs - rotation.quietSinceMs < gateway.policy.quietWindowSeconds * 1000)
    return refuse('NOT_QUIET', `The quiet window of ${gateway.policy.quietWindowSeconds} s has not passed.`);
  if (!isWatched(gateway.policy, rotation, nowMs))
    return refuse('NOT_QUIET', 'Nobody has proven lately that use would be seen: the quiet window begins again.');
  return credential.compromised ? 'COMPROMISED' : 'RETIRED';
};

/** A force covers whom its author was shown, and no one who came since. */
const isCovered = (gateway: Gateway, { kitsHash }: NonNullable<Rotation['forced']>, command: Revoke): boolean =>
  kitsHash === undefined || (command.coveredBy === kitsHash && command.readAt === gateway.transitionRevision);

/** All of the named credentials or none; those already revoked are passed over. */
export const revoke = (gateway: Gateway, command: Revoke, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const left = command.credentialIds.filter((id) => !gateway.revoked.some((one) => one.credentialId === id));
  if (left.length === 0) return unchanged;
  const causes = new Map<CredentialId, RevocationCause>();
  for (const credentialId of left) {
    const cause = causeFor(gateway, rotation, command, credentialId, nowMs);
    if (typeof cause === 'object') return cause;
    causes.set(credentialId, cause);
  }
  return record(gateway, moveToRevoked(gateway, causes, rotation.rotationId, nowMs), nowMs, {
    kind: 'revoke',
    ...by(command),
    credentialIds: left,
    ...(command.verdict ? { detail: { verdict: command.verdict } } : {}),
  });
};

/**
 * The record with these credentials refused from now on; revocations that are not settled are never forgotten. What is compromised
 * is revoked as that, whatever allowed it: its later use is an attack and not a kit that came late.
 */
export const moveToRevoked = (
  gateway: Gateway,
  causes: ReadonlyMap<CredentialId, RevocationCause>,
  rotationId: RotationId,
  nowMs: number,
): Pick<Gateway, 'live' | 'revoked'> => {
  const moved: RevokedCredential[] = gateway.live.flatMap((credential) => {
    const { credentialId, digest, versionId, compromised } = credential;
    const given = causes.get(credentialId);
    const cause = given && compromised ? 'COMPROMISED' : given;
    const value = digest === undefined ? {} : { digest, versionId };
    return cause ? [{ credentialId, ...value, cause, rotationId, revokedAtMs: nowMs }] : [];
  });
  const settled = gateway.revoked.filter(isSettled);
  const forgotten = new Set(settled.slice(0, Math.max(0, settled.length + moved.length - remembered.revoked)));
  return {
    live: gateway.live.filter((credential) => !causes.has(credential.credentialId)),
    revoked: [...gateway.revoked.filter((one) => !forgotten.has(one)), ...moved],
  };
};
