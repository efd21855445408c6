import { leftToRetire, leftToRevoke } from './decision.ts';
import {
  escalationFromMs,
  type Gateway,
  hasReached,
  isPastItsTime,
  isSettled,
  liveCredential,
  type RevokedCredential,
  refusedEverywhereAtMs,
  timeOf,
} from './gateway.ts';
import type { CredentialId } from './ids.ts';
import { longestUnwatchedMs } from './policy.ts';
import { isInWaves } from './waves.ts';

/** Where the workflow goes next; the names are those of its states. */
export type NextStage =
  | 'CreateCredential'
  | 'DistributeCredential'
  | 'VerifyKits'
  | 'RevokeCredential'
  | 'ConfirmRevoked'
  | 'RotationHeld';

/** Credentials that are compromised, past their time, ours and still named live: dead by the clock, to be revoked for good. */
export const overdue = (gateway: Gateway, nowMs: number): readonly CredentialId[] =>
  (gateway.rotation ? leftToRevoke(gateway, gateway.rotation) : []).filter((id) => {
    const compromised = liveCredential(gateway, id)?.compromised;
    return compromised !== undefined && isPastItsTime(gateway, compromised, nowMs);
  });

/** What was revoked, could not be accepted anywhere any more, and was not yet seen refused. */
export const toBeSeenRefused = (gateway: Gateway, nowMs: number): readonly RevokedCredential[] =>
  gateway.revoked.filter((one) => !isSettled(one) && timeOf(gateway, nowMs) >= refusedEverywhereAtMs(gateway, one));

/**
 * Seeing a refusal is a side duty: it is looked for once on the way, when the successor is made or nothing is made, and
 * every minute by the reconciler. Only the end of a rotation waits for it.
 */
export const sideDuty = (
  gateway: Gateway,
  nowMs: number,
): { readonly next?: 'ConfirmRevoked'; readonly shards?: readonly number[] } => {
  const { rotation } = gateway;
  const isMaking = rotation !== undefined && !rotation.held && !hasReached(rotation, 'PROMOTED');
  return rotation && !isMaking && toBeSeenRefused(gateway, nowMs).length > 0
    ? { next: 'ConfirmRevoked', shards: [] }
    : {};
};

/**
 * The one routing rule of the workflow: a pure function of the record, so that any attempt can go on where any other
 * ended. What is compromised goes first and is never held; then hold; then the stages in their order. Seeing a refusal
 * never stands before making, distributing or verifying: a value that cannot be read would stop them for ever.
 */
export const nextStage = (gateway: Gateway, nowMs: number): NextStage | undefined => {
  const { rotation } = gateway;
  if (!rotation) return undefined;
  if (overdue(gateway, nowMs).length > 0) return 'RevokeCredential';
  if (rotation.held) return 'RotationHeld';
  if (!hasReached(rotation, 'PROMOTED')) return 'CreateCredential';
  if (isInWaves(rotation)) return 'VerifyKits'; // who is given the credential next is seen there
  if (!hasReached(rotation, 'DISTRIBUTED')) return 'DistributeCredential';
  if (rotation.stage === 'VERIFIED' || rotation.forced)
    return leftToRevoke(gateway, rotation).length > 0 ? 'RevokeCredential' : 'ConfirmRevoked';
  return 'VerifyKits';
};

/** The reconciler proves every minute that the policy check watches; a window that needs it more often is
 * watched by the passes, once nothing but quiet is missing. */
const everyMinuteMs = 90_000;

/**
 * How long to wait before the next look at the kits, in whole seconds: from one second, growing with the time already
 * waited, never past what falls due next (quiet window, a level of the escalation, a compromised credential's end).
 */
export const waitSeconds = (gateway: Gateway, nowMs: number, earliestAtMs: number | undefined): number => {
  const { rotation, policy } = gateway;
  if (!rotation) return 1;
  const waited = nowMs - (rotation.distributedAtMs ?? rotation.begun.atMs);
  const dueAtMs = [
    earliestAtMs,
    rotation.deadlineAtMs,
    escalationFromMs(rotation) + policy.remindAfterSeconds * 1000,
    escalationFromMs(rotation) + policy.escalateAfterSeconds * 1000,
    ...leftToRetire(gateway, rotation).map((id) => liveCredential(gateway, id)?.compromised?.rejectAfterMs),
  ].filter((atMs) => atMs !== undefined && atMs > nowMs);
  const isWatchedHere = earliestAtMs !== undefined && longestUnwatchedMs(policy) < everyMinuteMs;
  const watching = isWatchedHere ? longestUnwatchedMs(policy) / 2_000 : policy.longestWaitSeconds;
  const growing = Math.min(policy.longestWaitSeconds, watching, Math.max(1, waited / 10_000));
  return Math.max(1, Math.ceil(Math.min(growing, ...dueAtMs.map((atMs) => ((atMs ?? nowMs) - nowMs) / 1000))));
};
