import { type CronSchedule, readCron } from '../../../lambdas/domain/aws-cron.ts';
import { invalidParameter } from './errors.ts';
import type { Rotation, RotationRules, RotationWindow } from './state.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** "You can rotate a secret as often as every four hours." */
const SHORTEST_MS = 4 * HOUR_MS;
/** How many windows ahead a schedule is checked for. */
const CHECKED_WINDOWS = 60;

type Schedule =
  | { readonly kind: 'days'; readonly days: number }
  | { readonly kind: 'hours'; readonly hours: number }
  | { readonly kind: 'cron'; readonly cron: CronSchedule };

type Anchors = Pick<Rotation, 'countedFromMs' | 'enabledAtMs'>;

/** Refuses rules that AWS documents as invalid (`InvalidParameterException`): see RotationRulesType. */
export const checkRules = (rules: RotationRules, nowMs: number): RotationRules => {
  const anchors = { countedFromMs: nowMs, enabledAtMs: nowMs };
  let window = windowAfter(rules, anchors, nowMs);
  for (let checked = 0; window && checked < CHECKED_WINDOWS; checked++) {
    const next = windowAfter(rules, { ...anchors, countedFromMs: window.startsAtMs }, window.startsAtMs);
    const isTooLong = window.endsAtMs > endOfDay(window.startsAtMs) || (next && window.endsAtMs > next.startsAtMs);
    if (isTooLong) {
      throw invalidParameter(
        'The rotation window must not extend into the next UTC day or into the next rotation window.',
      );
    }
    if (next && next.startsAtMs - window.startsAtMs < SHORTEST_MS) {
      throw invalidParameter('You can rotate a secret as often as every four hours.');
    }
    window = next;
  }
  return rules;
};

/** The first window that is still open after `afterMs`: it may have begun already. Undefined when the schedule has no more. */
export const windowAfter = (rules: RotationRules, anchors: Anchors, afterMs: number): RotationWindow | undefined => {
  const schedule = scheduleOf(rules);
  const startsAtMs = startAfter(schedule, rules, anchors, afterMs);
  return startsAtMs === undefined ? undefined : { startsAtMs, endsAtMs: endOf(schedule, rules, startsAtMs) };
};

/** The window of a rotation that is asked for now: it begins at once and is as long as a scheduled one; without a schedule, until the end of the day. */
export const windowFrom = (rules: RotationRules | undefined, nowMs: number): RotationWindow => ({
  startsAtMs: nowMs,
  endsAtMs: rules ? endOf(scheduleOf(rules), rules, nowMs) : endOfDay(nowMs),
});

const startAfter = (
  schedule: Schedule,
  rules: RotationRules,
  { countedFromMs, enabledAtMs }: Anchors,
  afterMs: number,
): number | undefined => {
  if (schedule.kind === 'cron') return schedule.cron.next(afterMs);
  if (schedule.kind === 'hours') {
    const anchorMs = startOfDay(enabledAtMs);
    const everyMs = schedule.hours * HOUR_MS;
    return anchorMs + (Math.floor((afterMs - anchorMs) / everyMs) + 1) * everyMs;
  }
  const dueAtMs = startOfDay(countedFromMs) + schedule.days * DAY_MS;
  if (endOf(schedule, rules, dueAtMs) > afterMs) return dueAtMs;
  const todayMs = startOfDay(afterMs);
  return endOf(schedule, rules, todayMs) > afterMs ? todayMs : todayMs + DAY_MS;
};

const endOf = (schedule: Schedule, { Duration }: RotationRules, startsAtMs: number): number => {
  if (Duration !== undefined) return startsAtMs + durationMs(Duration);
  const isHourly = schedule.kind === 'hours' || (schedule.kind === 'cron' && schedule.cron.isHourly);
  return isHourly ? startsAtMs + HOUR_MS : endOfDay(startsAtMs);
};

const durationMs = (duration: string): number => {
  const hours = Number(/^([1-9]\d?)h$/.exec(duration)?.[1]);
  if (!(hours <= 24)) throw invalidParameter('Duration must be a number of hours from 1h to 24h.');
  return hours * HOUR_MS;
};

const scheduleOf = ({ AutomaticallyAfterDays: days, ScheduleExpression: expression }: RotationRules): Schedule => {
  if (days !== undefined && expression !== undefined) {
    throw invalidParameter("You can't specify both AutomaticallyAfterDays and ScheduleExpression.");
  }
  if (days !== undefined) return { kind: 'days', days };
  if (expression === undefined)
    throw invalidParameter('RotationRules needs AutomaticallyAfterDays or ScheduleExpression.');
  const [, amount, unit] = /^rate\(([1-9]\d{0,3}) (hour|day)s?\)$/.exec(expression) ?? [];
  const count = Number(amount);
  if (unit === 'hour' && count >= 4 && count <= 999) return { kind: 'hours', hours: count };
  if (unit === 'day' && count <= 999) return { kind: 'days', days: count };
  const cron = unit ? undefined : readCron(expression);
  if (cron) return { kind: 'cron', cron };
  throw invalidParameter(
    'ScheduleExpression must be rate(N hours) with N from 4, rate(N days), or cron(0 hours day-of-month month day-of-week *) with one ? for a day.',
  );
};

const startOfDay = (atMs: number): number => Math.floor(atMs / DAY_MS) * DAY_MS;
const endOfDay = (atMs: number): number => startOfDay(atMs) + DAY_MS;
