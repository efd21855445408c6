import { readCron } from './aws-cron.ts';
import { type Policy, worstCaseOverlapSeconds } from './policy.ts';
import type { Schedule } from './registry-changes.ts';

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
