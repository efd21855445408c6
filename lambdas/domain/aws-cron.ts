import { Cron } from 'croner';

/** The fields of Secrets Manager's `cron()`: minutes (must be 0), hours, day of month, month, day of week, year (must be `*`); "Schedule expressions". */
const FIELDS = /^cron\(0 (\S+) (\S+) (\S+) (\S+) \*\)$/;

/** A `cron()` schedule in UTC. `isHourly` decides the default length of the rotation window. */
export type CronSchedule = { readonly isHourly: boolean; next(afterMs: number): number | undefined };

/** Reads an AWS cron expression; undefined when it is not one. Exactly one of the two day fields must be `?`, and weekdays count from 1 = Sunday. */
export const readCron = (expression: string): CronSchedule | undefined => {
  const [, hours, dayOfMonth, month, dayOfWeek] = FIELDS.exec(expression) ?? [];
  if (!hours || !dayOfMonth || !month || !dayOfWeek) return undefined;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const pattern = ['0', '0', from(hours, 23), from(dayOfMonth, 31), from(month, 12), weekday(dayOfWeek)].join(' ');
  try {
    const cron = new Cron(pattern, { timezone: 'UTC', mode: '6-part', alternativeWeekdays: true, paused: true });
    return {
      isHourly: !/^\d+$/.test(hours),
      next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime(),
    };
  } catch {
    return undefined;
  }
};

/** AWS lets an increment begin at a number (`2/6`) or at nothing (`/6`); other crons want a range. */
const from = (field: string, last: number): string =>
  field
    .replace('?', '*')
    .replace(/^\//, '*/')
    .replace(/^(\d+)\//, `$1-${last}/`);

/** AWS writes the last Friday of a month as `6L` or `FRIL`, and `L` alone is Saturday. */
const weekday = (field: string): string => {
  if (field === 'L') return '7';
  return from(field, 7).replace(/^(\d|[A-Z]{3})L$/, '$1#L');
};
