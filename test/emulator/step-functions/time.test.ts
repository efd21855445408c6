import { describe, expect, test } from 'vitest';
import { execute, only, token } from './running.ts';

describe('time', () => {
  test.each([
    ['Seconds', { Seconds: 5_000_000 }, 5_000_000],
    ['SecondsPath', { SecondsPath: '$.s' }, 90],
    ['SecondsPath of zero', { SecondsPath: '$.zero' }, 0],
    ['Timestamp', { Timestamp: '2026-01-02T00:00:00Z' }, 86_400],
    ['TimestampPath', { TimestampPath: '$.t' }, 1.5],
    ['a Timestamp that is past', { Timestamp: '2025-01-02T00:00:00Z' }, 0],
  ])('a Wait lasts its %s', async (_, wait, seconds) => {
    const run = await execute(only({ Type: 'Wait', ...wait }), { s: 90, zero: 0, t: '2026-01-01T00:00:01.5Z' });
    expect(run.result.status).toBe('SUCCEEDED');
    expect(run.seconds).toBe(seconds);
  });

  test('a Task takes as long as its function, and has no timeout of its own unless it says so', async () => {
    const run = await execute(only({ Type: 'Task', Resource: token('Sleep'), Parameters: { seconds: 899 } }));
    expect([run.result.status, run.seconds]).toEqual(['SUCCEEDED', 899]);
  });

  test('refuses to run longer than the TimeoutSeconds of the machine', async () => {
    const run = await execute({ ...only({ Type: 'Wait', Seconds: 100 }), TimeoutSeconds: 60 });
    expect([run.result, run.seconds]).toEqual([{ status: 'TIMED_OUT' }, 60]);
    expect(run.events.at(-1)).toMatchObject({ type: 'ExecutionTimedOut', executionTimedOutEventDetails: {} });
  });

  test('an uncaught timeout of a Task fails the execution, without a cause', async () => {
    const run = await execute(
      only({ Type: 'Task', Resource: token('Sleep'), Parameters: { seconds: 9, s: 5 }, TimeoutSecondsPath: '$.s' }),
      { s: 5 },
    );
    expect([run.result, run.seconds]).toEqual([{ status: 'FAILED', error: 'States.Timeout' }, 5]);
    expect(run.types.at(-2)).toBe('LambdaFunctionTimedOut');
  });
});

describe('the ends', () => {
  test.each([
    [
      'Fail names its error and cause',
      { Type: 'Fail', Error: 'Refused', Cause: 'because' },
      { error: 'Refused', cause: 'because' },
    ],
    ['Fail may name neither', { Type: 'Fail' }, {}],
    [
      'Fail reads its error and cause',
      { Type: 'Fail', ErrorPath: '$.e', CausePath: "States.Format('of {}', $.e)" },
      { error: 'E', cause: 'of E' },
    ],
  ])('%s', async (_, state, details) => {
    const { result, events } = await execute({ StartAt: 'End', States: { End: state } }, { e: 'E' });
    expect(result).toEqual({ status: 'FAILED', ...details });
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['FailStateEntered', 'ExecutionFailed']);
    expect(events.at(-1)?.executionFailedEventDetails).toEqual(details);
  });

  test('event 25,000 is the failure of an execution that loops', async () => {
    const Loop = { Type: 'Choice', Choices: [{ Variable: '$.v', IsPresent: true, Next: 'Loop' }], Default: 'Never' };
    const { result, events } = await execute(
      { StartAt: 'Loop', States: { Loop, Never: { Type: 'Succeed' } } },
      { v: 1 },
    );
    const cause = 'The execution reached the maximum number of history events (25000).';
    expect(result).toEqual({ status: 'FAILED', error: 'States.Runtime', cause });
    expect(events.at(-1)).toMatchObject({ id: 25_000, previousEventId: 24_999, type: 'ExecutionFailed' });
    expect(events.at(-2)).toMatchObject({ id: 24_999, type: 'ChoiceStateExited' });
  });
});
