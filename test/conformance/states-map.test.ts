import { expect } from 'vitest';
import { only, token } from '../emulator/step-functions/running.ts';
import { contractOfMachines } from './machines.ts';

const { clause, execute, resultOf } = contractOfMachines('states: Map');

const region = (state: object) => ({ StartAt: 'Each', States: { Each: { ...state, End: true } } });
const each = (state: object, rest: object = {}) => only({ Type: 'Map', ItemProcessor: region(state), ...rest });
const pass = { Type: 'Pass' };
const wait = { Type: 'Wait', SecondsPath: '$' };

const cases: [title: string, definition: object, input: unknown, output: unknown][] = [
  ['works on its input', each(pass), [3, 1, 2], [3, 1, 2]],
  ['works on ItemsPath', each(pass, { ItemsPath: '$.a' }), { a: [{ b: 1 }] }, [{ b: 1 }]],
  ['answers nothing for no items', each(pass), [], []],
  ['takes an Iterator for an ItemProcessor', only({ Type: 'Map', Iterator: region(pass) }), [1], [1]],
  ['keeps the order of its items', each(wait), [1, 0], [1, 0]],
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
    [1, 0],
    [{ v: 1 }, { v: 0 }],
  ],
  [
    'shapes its results',
    each(pass, { ResultSelector: { 'n.$': 'States.ArrayLength($)' }, ResultPath: '$.r', ItemsPath: '$.a' }),
    { a: [1, 2] },
    { a: [1, 2], r: { n: 2 } },
  ],
];
for (const [title, definition, input, output] of cases)
  clause(`a Map ${title}`, async () => {
    expect(await resultOf(definition, input)).toEqual({ status: 'SUCCEEDED', output });
  });

clause('a Map answers in the order of its items, however many run at once', async () => {
  const items = Array.from({ length: 45 }, (_, index) => index);
  for (const MaxConcurrency of [0, 1, 7])
    expect(await resultOf(each(pass, { MaxConcurrency }), items)).toEqual({ status: 'SUCCEEDED', output: items });
});

const refusing = {
  StartAt: 'Choose',
  States: {
    Choose: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 5, Next: 'Refuse' }], Default: 'Pause' },
    Refuse: { Type: 'Fail', Error: 'Refused' },
    Pause: { Type: 'Wait', Seconds: 1, End: true },
  },
};

clause('a Map fails with the first iteration that fails', async () => {
  expect(await resultOf(only({ Type: 'Map', ItemProcessor: refusing }), [1, 5])).toMatchObject({
    status: 'FAILED',
    error: 'Refused',
  });
});

clause('a Map is caught as a whole', async () => {
  const Catch = [{ ErrorEquals: ['Refused'], ResultPath: null, Next: 'Caught' }];
  const Try = { Type: 'Map', ItemProcessor: refusing, Catch, End: true };
  const result = await resultOf({ StartAt: 'Try', States: { Try, Caught: { Type: 'Pass', End: true } } }, [1, 5]);
  expect(result).toEqual({ status: 'SUCCEEDED', output: [1, 5] });
});

clause('a Map is retried as a whole', async () => {
  const ItemProcessor = region({ Type: 'Task', Resource: token('FailTwice') });
  const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 2 }];
  const { events, ...result } = await execute(only({ Type: 'Map', ItemProcessor, Retry }), [1]);
  expect(result).toEqual({ status: 'SUCCEEDED', output: [{ calls: 3 }] });
  expect(events.filter(({ type }) => type === 'MapStateStarted')).toHaveLength(3);
});

clause('a Map refuses items that are no array', async () => {
  expect(await resultOf(each(pass), { a: 1 })).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});

clause('a Map records its iterations', async () => {
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
    [9, 7, 'MapStateExited'],
    [10, 9, 'ExecutionSucceeded'],
  ]);
  expect(events[2]).toMatchObject({ mapStateStartedEventDetails: { length: 1 } });
  expect(events[3]).toMatchObject({ mapIterationStartedEventDetails: { name: 'Only', index: 0 } });
  expect(events[8]).toMatchObject({ stateExitedEventDetails: { name: 'Only', output: '[7]' } });
});
