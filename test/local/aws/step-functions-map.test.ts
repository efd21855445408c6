import { describe, expect, test } from 'vitest';
import { execute, only, token } from './step-functions-running.ts';

const region = (state: object) => ({ StartAt: 'Each', States: { Each: { ...state, End: true } } });
const each = (state: object, rest: object = {}) => only({ Type: 'Map', ItemProcessor: region(state), ...rest });
const pass = { Type: 'Pass' };
const wait = { Type: 'Wait', SecondsPath: '$' };

describe('a Map', () => {
  test.each([
    ['works on its input', each(pass), [3, 1, 2], [3, 1, 2]],
    ['works on ItemsPath', each(pass, { ItemsPath: '$.a' }), { a: [{ b: 1 }] }, [{ b: 1 }]],
    ['answers nothing for no items', each(pass), [], []],
    ['takes an Iterator for an ItemProcessor', only({ Type: 'Map', Iterator: region(pass) }), [1], [1]],
    ['keeps the order of its items', each(wait), [3, 1, 2], [3, 1, 2]],
    [
      'gives ItemSelector the item, its index and the input of the state',
      each(pass, {
        ItemsPath: '$.a',
        ItemSelector: { 'i.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value', 'all.$': '$.x' },
      }),
      { a: ['p', 'q'], x: 7 },
      [
        { i: 0, v: 'p', all: 7 },
        { i: 1, v: 'q', all: 7 },
      ],
    ],
    [
      'takes Parameters for an ItemSelector',
      each(pass, { Parameters: { 'v.$': '$$.Map.Item.Value' } }),
      ['p'],
      [{ v: 'p' }],
    ],
    [
      'gives its iterations the context of their own item and of the execution',
      each({ Type: 'Pass', Parameters: { 'i.$': '$$.Map.Item.Index', 'x.$': '$$.Execution.Input[2]' } }),
      ['p', 'q', 'r'],
      [
        { i: 0, x: 'r' },
        { i: 1, x: 'r' },
        { i: 2, x: 'r' },
      ],
    ],
    [
      'gives concurrent iterations each their own item after a wait',
      only({
        Type: 'Map',
        ItemProcessor: {
          StartAt: 'W',
          States: {
            W: { ...wait, Next: 'I' },
            I: { Type: 'Pass', Parameters: { 'v.$': '$$.Map.Item.Value' }, End: true },
          },
        },
      }),
      [2, 1],
      [{ v: 2 }, { v: 1 }],
    ],
    [
      'shapes its results',
      each(pass, { ResultSelector: { 'n.$': 'States.ArrayLength($)' }, ResultPath: '$.r', ItemsPath: '$.a' }),
      { a: [1, 2] },
      { a: [1, 2], r: { n: 2 } },
    ],
  ])('%s', async (_, definition, input, output) => {
    expect((await execute(definition, input)).result).toEqual({ status: 'SUCCEEDED', output });
  });

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

  test('refuses items that are no array', async () => {
    expect((await execute(each(pass), { a: 1 })).result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });

  test('records its iterations', async () => {
    const { events } = await execute(each(pass), [7]);
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'MapStateEntered'],
      [3, 2, 'MapStateStarted'],
      [4, 3, 'MapIterationStarted'],
      [5, 4, 'PassStateEntered'],
      [6, 5, 'PassStateExited'],
      [7, 6, 'MapIterationSucceeded'],
      [8, 7, 'MapStateSucceeded'],
      [9, 8, 'MapStateExited'],
      [10, 9, 'ExecutionSucceeded'],
    ]);
    expect(events[2]).toMatchObject({ mapStateStartedEventDetails: { length: 1 } });
    expect(events[3]).toMatchObject({ mapIterationStartedEventDetails: { name: 'Only', index: 0 } });
    expect(events[8]).toMatchObject({
      stateExitedEventDetails: { name: 'Only', output: '[7]', outputDetails: { truncated: false } },
    });
  });
});
