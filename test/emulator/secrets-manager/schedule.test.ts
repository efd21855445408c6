import { expect, test } from 'vitest';
import { checkRules, windowAfter, windowFrom } from '../../../lib/emulator/secrets-manager/schedule.ts';
import type { RotationRules } from '../../../lib/emulator/secrets-manager/state.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const THURSDAY = at('2026-01-01T12:30:00');

const next = (rules: RotationRules, afterMs = THURSDAY, countedFromMs = THURSDAY) => {
  const window = windowAfter(rules, { countedFromMs, enabledAtMs: THURSDAY }, afterMs);
  return window && [window.startsAtMs, window.endsAtMs].map((ms) => new Date(ms).toISOString().slice(0, 16));
};

test.each<[RotationRules, string[]]>([
  [{ AutomaticallyAfterDays: 10 }, ['2026-01-11T00:00', '2026-01-12T00:00']],
  [{ ScheduleExpression: 'rate(10 days)', Duration: '3h' }, ['2026-01-11T00:00', '2026-01-11T03:00']],
  [{ ScheduleExpression: 'rate(1 day)' }, ['2026-01-02T00:00', '2026-01-03T00:00']],
  [{ ScheduleExpression: 'rate(4 hours)' }, ['2026-01-01T16:00', '2026-01-01T17:00']],
  [{ ScheduleExpression: 'rate(12 hours)', Duration: '2h' }, ['2026-01-02T00:00', '2026-01-02T02:00']],
  [{ ScheduleExpression: 'cron(0 8 1 * ? *)' }, ['2026-02-01T08:00', '2026-02-02T00:00']],
  [{ ScheduleExpression: 'cron(0 2 ? * 1 *)', Duration: '2h' }, ['2026-01-04T02:00', '2026-01-04T04:00']],
  [{ ScheduleExpression: 'cron(0 2 ? * SUN *)' }, ['2026-01-04T02:00', '2026-01-05T00:00']],
  [{ ScheduleExpression: 'cron(0 2 ? * 6L *)' }, ['2026-01-30T02:00', '2026-01-31T00:00']],
  [{ ScheduleExpression: 'cron(0 2 ? * MON#1 *)' }, ['2026-01-05T02:00', '2026-01-06T00:00']],
  [{ ScheduleExpression: 'cron(0 2 L * ? *)' }, ['2026-01-31T02:00', '2026-02-01T00:00']],
  [{ ScheduleExpression: 'cron(0 /6 * * ? *)' }, ['2026-01-01T18:00', '2026-01-01T19:00']],
  [{ ScheduleExpression: 'cron(0 2/8 * * ? *)' }, ['2026-01-01T18:00', '2026-01-01T19:00']],
  [{ ScheduleExpression: 'cron(0 2 1 1/3 ? *)' }, ['2026-04-01T02:00', '2026-04-02T00:00']],
])('%j opens its next window as AWS documents', (rules, window) => {
  expect(checkRules(rules, THURSDAY)).toBe(rules);
  expect(next(rules)).toEqual(window);
});

test('a rotation that is overdue by days happens in the next daily window that is still open', () => {
  const rules = { AutomaticallyAfterDays: 1 };

  expect(next(rules, at('2026-01-09T10:00:00'))).toEqual(['2026-01-09T00:00', '2026-01-10T00:00']);
  expect(next({ ...rules, Duration: '2h' }, at('2026-01-09T10:00:00'))).toEqual([
    '2026-01-10T00:00',
    '2026-01-10T02:00',
  ]);
});

test('the window of a rotation asked for now is as long as a scheduled one', () => {
  const end = (rules: RotationRules | undefined) => new Date(windowFrom(rules, THURSDAY).endsAtMs).toISOString();

  expect(end({ ScheduleExpression: 'rate(4 hours)' })).toBe('2026-01-01T13:30:00.000Z');
  expect(end({ AutomaticallyAfterDays: 30, Duration: '3h' })).toBe('2026-01-01T15:30:00.000Z');
  expect(end({ AutomaticallyAfterDays: 30 })).toBe('2026-01-02T00:00:00.000Z');
  expect(end(undefined)).toBe('2026-01-02T00:00:00.000Z');
});

test.each<[string, RotationRules]>([
  ['both kinds of schedule', { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' }],
  ['no schedule', { Duration: '3h' }],
  ['a rate of less than four hours', { ScheduleExpression: 'rate(3 hours)' }],
  ['a rate in minutes', { ScheduleExpression: 'rate(300 minutes)' }],
  ['a cron of five fields', { ScheduleExpression: 'cron(0 8 1 * ?)' }],
  ['a cron with minutes', { ScheduleExpression: 'cron(30 8 1 * ? *)' }],
  ['a cron with a year', { ScheduleExpression: 'cron(0 8 1 * ? 2027)' }],
  ['a cron with both days', { ScheduleExpression: 'cron(0 8 1 * 1 *)' }],
  ['a cron with neither day', { ScheduleExpression: 'cron(0 8 ? * ? *)' }],
  ['a cron of impossible hours', { ScheduleExpression: 'cron(0 25 * * ? *)' }],
  ['a cron more often than every four hours', { ScheduleExpression: 'cron(0 /2 * * ? *)' }],
  ['a window into the next day', { ScheduleExpression: 'cron(0 22 1 * ? *)', Duration: '3h' }],
  ['a window into the next one', { ScheduleExpression: 'rate(4 hours)', Duration: '5h' }],
  ['a window in minutes', { AutomaticallyAfterDays: 1, Duration: '30m' }],
  ['a window of more than a day', { AutomaticallyAfterDays: 5, Duration: '25h' }],
])('refuses %s', (_what, rules) => {
  expect(() => checkRules(rules, THURSDAY)).toThrow(expect.objectContaining({ name: 'InvalidParameterException' }));
});
