import { describe, expect, test } from 'vitest';
import { execute, only, token } from './running.ts';

const region = (state: object) => ({ StartAt: 'Each', States: { Each: { ...state, End: true } } });
const each = (state: object, rest: object = {}) => only({ Type: 'Map', ItemProcessor: region(state), ...rest });
const wait = { Type: 'Wait', SecondsPath: '$' };

describe('a Map', () => {
  test.each([
    ['without a limit all at once', {}, 3],
    ['one at a time', { MaxConcurrency: 1 }, 9],
    ['two at a time', { MaxConcurrency: 2 }, 6],
    ['as MaxConcurrencyPath says', { MaxConcurrencyPath: '$.n', ItemsPath: '$.a' }, 9],
  ])('runs %s', async (_, rest, seconds) => {
    const a = [3, 3, 3];
    expect((await execute(each(wait, rest), 'ItemsPath' in rest ? { a, n: 1 } : a)).seconds).toBe(seconds);
  });

  test('runs at most 40 iterations at once', async () => {
    expect((await execute(each(wait), Array(41).fill(1))).seconds).toBe(2);
  });

  test('fails with the first iteration that fails, and ends the others', async () => {
    const Choose = { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 5, Next: 'Refuse' }], Default: 'Pause' };
    const States = {
      Choose,
      Refuse: { Type: 'Fail', Error: 'Refused' },
      Pause: { Type: 'Wait', Seconds: 60, End: true },
    };
    const run = await execute(only({ Type: 'Map', ItemProcessor: { StartAt: 'Choose', States } }), [1, 5]);
    expect([run.result, run.seconds]).toEqual([{ status: 'FAILED', error: 'Refused' }, 0]);
    const failure = run.events.find(({ type }) => type === 'FailStateEntered');
    expect(run.events.slice(-4)).toEqual([
      expect.objectContaining({
        type: 'MapIterationFailed',
        previousEventId: failure?.id,
        mapIterationFailedEventDetails: { name: 'Only', index: 1 },
      }),
      expect.objectContaining({
        type: 'MapIterationAborted',
        mapIterationAbortedEventDetails: { name: 'Only', index: 0 },
      }),
      expect.objectContaining({ type: 'MapStateFailed' }),
      expect.objectContaining({ type: 'ExecutionFailed', executionFailedEventDetails: { error: 'Refused' } }),
    ]);
  });

  test('is retried and caught as a whole', async () => {
    const Try = {
      Type: 'Map',
      ItemProcessor: region({ Type: 'Task', Resource: token('FailAlways') }),
      Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Caught' }],
      End: true,
    };
    const run = await execute({ StartAt: 'Try', States: { Try, Caught: { Type: 'Pass', End: true } } }, [1]);
    expect([run.result, run.seconds]).toEqual([{ status: 'SUCCEEDED', output: [1] }, 1]);
    expect(run.types.filter((type) => type.startsWith('MapState'))).toEqual([
      'MapStateEntered',
      'MapStateStarted',
      'MapStateFailed',
      'MapStateStarted',
      'MapStateFailed',
      'MapStateExited',
    ]);
  });

  test('that failed and was caught lets none of its iterations go on', async () => {
    const Choose = { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 5, Next: 'Refuse' }], Default: 'Pause' };
    const Pause = { Type: 'Wait', Seconds: 60, Next: 'Never' };
    const States = { Choose, Refuse: { Type: 'Fail' }, Pause, Never: { Type: 'Succeed' } };
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Later' }];
    const Try = { Type: 'Map', ItemProcessor: { StartAt: 'Choose', States }, Catch, End: true };
    const run = await execute(
      { StartAt: 'Try', States: { Try, Later: { Type: 'Wait', Seconds: 120, End: true } } },
      [1, 5],
    );
    expect([run.result.status, run.seconds]).toEqual(['SUCCEEDED', 120]);
    expect(run.types).not.toContain('SucceedStateEntered');
    expect(run.types.filter((type) => type === 'WaitStateExited')).toHaveLength(1);
  });
});
