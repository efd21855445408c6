import { CancelRotateSecretCommand, DescribeSecretCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { readCron } from '../domain/aws-cron.ts';
import { StepFailed } from '../domain/failure.ts';
import { type Policy, worstCaseOverlapSeconds } from '../domain/policy.ts';
import type { Change, Schedule, WantedGateway } from '../domain/registry-changes.ts';
import type { Dependencies } from '../wiring/dependencies.ts';
import { callSecretsManager, secretNameOf } from './gateway-secret.ts';

/** How far apart the rotations of a schedule are at the least, in seconds; `undefined` when it is no schedule. */
export const readSchedule = (expression: string): number | undefined => {
  const [, count, unit] = /^rate\((\d+) (hour|day)s?\)$/.exec(expression) ?? [];
  if (count && unit) {
    const seconds = Number(count) * (unit === 'day' ? 86_400 : 3_600);
    return seconds >= 4 * 3_600 ? seconds : undefined; // Secrets Manager rotates every four hours at the most
  }
  const cron = readCron(expression);
  return cron && shortestGapSeconds(cron.next);
};

/** Looks at the next few hundred times, which covers a year of any schedule that is not hourly. */
const shortestGapSeconds = (next: (afterMs: number) => number | undefined): number | undefined => {
  let shortest: number | undefined;
  let atMs = next(Date.UTC(2028, 0, 1)); // from a leap year on, so that its gaps count
  for (let seen = 0; seen < 400 && atMs !== undefined; seen++) {
    const afterMs = next(atMs);
    if (afterMs !== undefined) shortest = Math.min(shortest ?? Number.POSITIVE_INFINITY, (afterMs - atMs) / 1000);
    atMs = afterMs;
  }
  return shortest;
};

/** Why a schedule cannot be kept with a policy, with the numbers; `undefined` when it can. */
export const scheduleContradiction = ({ expression }: Schedule, policy: Policy): string | undefined => {
  const gap = readSchedule(expression);
  const overlap = worstCaseOverlapSeconds(policy);
  return gap === undefined || gap >= overlap
    ? undefined
    : `schedule ${expression} rotates again after ${gap} s, but one rotation may take deadlineSeconds and the windows after it, ${overlap} s.`;
};

type Needs = Pick<Dependencies, 'secretsManager' | 'secrets' | 'rotationFunction'>;

/**
 * Makes the schedule of the gateway's secret what the file says; nothing is rotated by this. With `plan` it only reads.
 * Without a schedule the function is not set either: AWS documents the two as one configuration (API "RotateSecret").
 */
export const applySchedule = async (
  needs: Needs,
  { gatewayId, schedule }: Pick<WantedGateway, 'gatewayId' | 'schedule'>,
  plan: boolean,
): Promise<readonly Change[]> => {
  const { secretsManager, rotationFunction } = needs;
  const SecretId = secretNameOf(needs, gatewayId);
  const found = await callSecretsManager(
    `Looking for ${SecretId}`,
    secretsManager.send(new DescribeSecretCommand({ SecretId })),
  );
  if (!schedule) {
    if (!found?.RotationEnabled) return [];
    const change: Change = { kind: 'CLEAR_SCHEDULE', gatewayId, detail: 'rotations are started by hand' };
    const cancel = new CancelRotateSecretCommand({ SecretId });
    return plan
      ? [change]
      : [await makeChange(change, `Ending the schedule of ${SecretId}`, secretsManager.send(cancel))];
  }
  const { ScheduleExpression, Duration } = found?.RotationRules ?? {};
  if (
    found?.RotationEnabled &&
    found.RotationLambdaARN === rotationFunction &&
    ScheduleExpression === schedule.expression &&
    Duration === schedule.duration
  )
    return [];
  const detail = `${schedule.expression}${schedule.duration ? ` within ${schedule.duration}` : ''}`;
  const change: Change = { kind: 'SET_SCHEDULE', gatewayId, detail };
  const rotate = new RotateSecretCommand({
    SecretId,
    RotationLambdaARN: rotationFunction,
    RotationRules: {
      ScheduleExpression: schedule.expression,
      ...(schedule.duration ? { Duration: schedule.duration } : {}),
    },
    RotateImmediately: false,
  });
  return plan ? [change] : [await makeChange(change, `Scheduling ${SecretId}`, secretsManager.send(rotate))];
};

/** The change; refused while Secrets Manager has a rotation of the secret that is not complete. */
const makeChange = async (change: Change, what: string, call: Promise<unknown>): Promise<Change> => {
  const isUnfinished = (error: unknown): boolean =>
    error instanceof StepFailed && error.cause instanceof Error && error.cause.name === 'InvalidRequestException';
  try {
    await callSecretsManager(what, call);
    return change;
  } catch (error) {
    if (!isUnfinished(error)) throw error;
    const refused =
      'Secrets Manager has a rotation of the secret that is not complete: the schedule changes after it, or after the operator command repair.';
    return { ...change, refused };
  }
};
