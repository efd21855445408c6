import { type By, by, type Decision, isRefusal, note, record, refuse, running, unchanged } from './decision.ts';
import { escalationFromMs, type Gateway } from './gateway.ts';
import type { RotationId } from './ids.ts';
import { nextStage } from './next-stage.ts';

/** After so many attempts without progress a person has to look. */
export const maxFailedAttempts = 5;

/** Raises the attempt before its execution is started; `from` is the attempt that was seen to have ended. */
export type NextAttempt = By & {
  readonly kind: 'next-attempt';
  readonly rotationId: RotationId;
  readonly from: number;
  readonly failed: boolean;
  readonly executionArn: string;
};

export const nextAttempt = (gateway: Gateway, command: NextAttempt, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (rotation.attempt !== command.from)
    return rotation.attempt === command.from + 1
      ? unchanged
      : refuse('SUPERSEDED', `Rotation ${rotation.rotationId} is at attempt ${rotation.attempt}, not ${command.from}.`);
  if (rotation.held && nextStage(gateway, nowMs) === 'RotationHeld')
    return refuse('HELD', `Rotation ${rotation.rotationId} is held by ${rotation.held.actor}: resume it first.`);
  const failedAttempts = rotation.failedAttempts + (command.failed ? 1 : 0);
  if (failedAttempts >= maxFailedAttempts)
    return refuse(
      'TOO_MANY_ATTEMPTS',
      `${failedAttempts} attempts of rotation ${rotation.rotationId} failed without progress: look at the last error, then resume.`,
    );
  const attempt = rotation.attempt + 1;
  return record(
    gateway,
    { rotation: { ...rotation, attempt, failedAttempts, executionArn: command.executionArn } },
    nowMs,
    {
      ...by(command),
      kind: 'next-attempt',
      detail: { attempt, failedAttempts },
    },
  );
};

/** The name of the execution of an attempt; its input is {@link attemptInput}. */
export const executionName = (rotationId: RotationId, attempt: number): string => `${rotationId}-${attempt}`;

/** The whole input of an attempt: a pure function of the record. */
export const attemptInput = (
  gateway: Gateway,
): { gatewayId: string; rotationId: string; attempt: number } | undefined =>
  gateway.rotation && {
    gatewayId: gateway.gatewayId,
    rotationId: gateway.rotation.rotationId,
    attempt: gateway.rotation.attempt,
  };

/** A level of the escalation was done (1 reminded, 2 escalated, 3 the deadline's own act); it is done once. */
export type Escalate = By & {
  readonly kind: 'escalate';
  readonly rotationId: RotationId;
  readonly escalationLevel: 1 | 2 | 3;
  /** Whom nobody could tell yet: the next pass tries these again. The first {@link untoldAtMost} are kept. */
  readonly untold?: readonly string[];
};
const untoldAtMost = 50;
export const escalate = (gateway: Gateway, command: Escalate, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const { untold: before = [], ...rest } = rotation;
  const { escalationLevel, untold: all = [] } = command;
  if (rotation.escalationLevel > escalationLevel) return unchanged;
  const untold = all.slice(0, untoldAtMost);
  const escalated = { ...rest, escalationLevel, ...(untold.length > 0 ? { untold } : {}) };
  if (rotation.escalationLevel === escalationLevel)
    return command.untold && untold.length < before.length ? note(gateway, { rotation: escalated }, nowMs) : unchanged;
  return record(gateway, { rotation: escalated }, nowMs, {
    ...by(command),
    kind: 'escalate',
    detail: { escalationLevel, ...(all.length > 0 ? { untold: all.length } : {}) },
  });
};

/** When the kits of a compromise run are cut off: the earliest end that its presses have set. */
export const cutOffAtMs = ({ rotation, presses }: Gateway): number | undefined => {
  const ends = presses
    .filter((press) => press.rotationId === rotation?.rotationId)
    .map(({ rejectAfterMs }) => rejectAfterMs);
  return rotation?.trigger === 'compromise' && ends.length > 0 ? Math.min(...ends) : undefined;
};

/** In a compromise owners are told as soon as every kit was tried (1), and when kits are cut off (2): nobody waits for a day. */
const escalationInCompromise = (gateway: Gateway, nowMs: number): 0 | 1 | 2 => {
  const endMs = cutOffAtMs(gateway);
  if (endMs === undefined) return 0;
  if (nowMs >= endMs) return 2;
  return gateway.rotation?.distributedAtMs === undefined ? 0 : 1;
};

/** The level that is due now, if it was not done yet. */
export const escalationDue = (gateway: Gateway, nowMs: number): 1 | 2 | 3 | undefined => {
  const { rotation, policy } = gateway;
  if (!rotation) return undefined;
  const byPolicy =
    nowMs >= rotation.deadlineAtMs
      ? 3
      : nowMs >= escalationFromMs(rotation) + policy.escalateAfterSeconds * 1000
        ? 2
        : nowMs >= escalationFromMs(rotation) + policy.remindAfterSeconds * 1000
          ? 1
          : 0;
  const due = Math.max(byPolicy, escalationInCompromise(gateway, nowMs));
  return due > rotation.escalationLevel ? (due as 1 | 2 | 3) : undefined;
};

/**
 * Transitions that were copied to the audit leave the record; the revision stays, so nothing else is disturbed. News that
 * could not go out are remembered by the first revision of them: they never stand in the way of the next step.
 */
export const flushed = (
  { unpublishedFrom: _, ...gateway }: Gateway,
  throughRevision: number,
  unpublishedFrom?: number,
): Gateway => ({
  ...gateway,
  outbox: gateway.outbox.filter((entry) => entry.revision > throughRevision),
  ...(unpublishedFrom === undefined ? {} : { unpublishedFrom }),
});

/** The first revision that is still to be published. */
export const unpublishedFrom = (gateway: Gateway): number | undefined =>
  gateway.unpublishedFrom ?? gateway.outbox[0]?.revision;
