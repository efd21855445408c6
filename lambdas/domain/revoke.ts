import {
  type By,
  by,
  type Decision,
  endRotation,
  isRefusal,
  leftToConfirm,
  leftToRevoke,
  record,
  refuse,
  running,
  unchanged,
} from './decision.ts';
import {
  type Gateway,
  hasReached,
  isPastItsTime,
  liveCredential,
  type RevocationCause,
  type RevokedCredential,
  type Rotation,
  refusedEverywhereAtMs,
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
    return refuse(
      'NOT_QUIET',
      'Nobody has proven lately that the policy check watches: the quiet window begins again.',
    );
  return credential.compromised ? 'COMPROMISED' : 'RETIRED';
};

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

/** The record with these credentials refused from now on; unconfirmed revocations are never forgotten. */
export const moveToRevoked = (
  gateway: Gateway,
  causes: ReadonlyMap<CredentialId, RevocationCause>,
  rotationId: RotationId,
  nowMs: number,
): Pick<Gateway, 'live' | 'revoked'> => {
  const moved: RevokedCredential[] = gateway.live.flatMap(({ credentialId, digest, versionId }) => {
    const cause = causes.get(credentialId);
    return cause ? [{ credentialId, digest, versionId, cause, rotationId, revokedAtMs: nowMs }] : [];
  });
  const confirmed = gateway.revoked.filter((one) => one.confirmedAtMs !== undefined);
  const forgotten = new Set(confirmed.slice(0, Math.max(0, confirmed.length + moved.length - remembered.revoked)));
  return {
    live: gateway.live.filter((credential) => !causes.has(credential.credentialId)),
    revoked: [...gateway.revoked.filter((one) => !forgotten.has(one)), ...moved],
  };
};

/** The policy check was seen to refuse the credential at `refusedAtMs`: only now is "revoked" said (invariant 8). */
export type Confirm = By & {
  readonly kind: 'confirm';
  readonly credentialId: CredentialId;
  readonly refusedAtMs: number;
};
export const confirm = (gateway: Gateway, command: Confirm, nowMs: number): Decision => {
  const { credentialId, refusedAtMs } = command;
  const revoked = gateway.revoked.find((one) => one.credentialId === credentialId);
  if (!revoked)
    return liveCredential(gateway, credentialId)
      ? refuse('STILL_LIVE', `Credential ${credentialId} is live; it was not revoked.`)
      : refuse('UNKNOWN_CREDENTIAL', `Credential ${credentialId} is not known to gateway ${gateway.gatewayId}.`);
  if (revoked.confirmedAtMs !== undefined) return unchanged;
  const deadForSureMs = refusedEverywhereAtMs(gateway, revoked);
  if (refusedAtMs < deadForSureMs || nowMs < deadForSureMs)
    return refuse(
      'STILL_PROPAGATING',
      `A refusal counts from ${new Date(deadForSureMs).toISOString()} on, when the propagation bound has passed.`,
    );
  const confirmed = gateway.revoked.map((one) => (one === revoked ? { ...one, confirmedAtMs: refusedAtMs } : one));
  const { probe, ...unprobed } = gateway;
  return record(probe?.credentialId === credentialId ? unprobed : gateway, { revoked: confirmed }, nowMs, {
    kind: 'confirm',
    ...by(command),
    rotationId: revoked.rotationId,
    credentialIds: [credentialId],
    detail: { revokedAtMs: revoked.revokedAtMs, refusedAtMs },
  });
};

/** Ends a rotation whose every retiring credential was seen refused and whose kits all moved, or were given up by force. */
export type Complete = OfRotation & { readonly kind: 'complete' };
export const complete = (gateway: Gateway, command: Complete, nowMs: number): Decision => {
  const ended = gateway.ended.find((one) => one.rotationId === command.rotationId)?.outcome;
  if (ended === 'COMPLETED' || ended === 'ROLLED_BACK') return unchanged;
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (rotation.stage !== 'VERIFIED' && !(rotation.forced && hasReached(rotation, 'DISTRIBUTED')))
    return refuse('WRONG_STAGE', `Rotation ${rotation.rotationId} is at ${rotation.stage}: its kits are not verified.`);
  const live = leftToRevoke(gateway, rotation);
  if (live.length > 0) return refuse('STILL_LIVE', `Still accepted: ${live.join(', ')}.`);
  const unconfirmed = leftToConfirm(gateway);
  if (unconfirmed.length > 0)
    return refuse('NOT_CONFIRMED', `Revoked but not yet seen refused: ${unconfirmed.join(', ')}.`);
  const { rotation: _, probe: _p, ...rest } = gateway;
  const outcome = rotation.rolledBack ? 'ROLLED_BACK' : 'COMPLETED';
  return record({ ...rest }, endRotation(gateway, outcome, nowMs), nowMs, {
    kind: 'complete',
    ...by(command),
    rotationId: rotation.rotationId,
    detail: { outcome, retired: rotation.retireIds },
  });
};

/** Gives a rotation up, unless it is held: that is a person's to decide. A credential that was never promoted is revoked; else it stays live and the next rotation retires it. */
export type Fail = OfRotation & { readonly kind: 'fail' };
export const fail = (gateway: Gateway, command: Fail, nowMs: number): Decision => {
  if (gateway.ended.some((one) => one.rotationId === command.rotationId)) return unchanged;
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (rotation.held)
    return refuse('HELD', `Rotation ${rotation.rotationId} is held by ${rotation.held.actor}: resume it first.`);
  const target = liveCredential(gateway, rotation.targetId);
  const unused =
    target?.origin.kind === 'minted' &&
    target.origin.rotationId === rotation.rotationId &&
    !rotation.rolledBack &&
    !hasReached(rotation, 'PROMOTING');
  const causes = new Map<CredentialId, RevocationCause>(
    target && unused ? [[target.credentialId, 'NEVER_DISTRIBUTED']] : [],
  );
  const { rotation: _, probe: _p, ...rest } = gateway;
  return record(
    { ...rest },
    { ...moveToRevoked(gateway, causes, rotation.rotationId, nowMs), ...endRotation(gateway, 'FAILED', nowMs) },
    nowMs,
    {
      kind: 'fail',
      ...by(command),
      rotationId: rotation.rotationId,
      ...(target ? { credentialIds: [target.credentialId] } : {}),
      detail: { ownCredential: target ? (unused ? 'REVOKED' : 'STAYS_LIVE') : 'NONE', stage: rotation.stage },
    },
  );
};
