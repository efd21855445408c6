import { expect } from 'vitest';
import { only, token } from '../emulator/step-functions/running.ts';
import { contractOfMachines } from './machines.ts';

const { clause, resultOf } = contractOfMachines('states: data');

type Case = [title: string, state: object, input: unknown, expected: unknown];

/** Each state alone; `expected` is the output as AWS documents it. */
const succeed: Case[] = [
  [
    'ResultPath $ replaces even a text',
    { Type: 'Task', Resource: token('Echo'), Parameters: { x: 1 }, ResultPath: '$' },
    'text',
    { x: 1 },
  ],
  ['an indefinite path may be empty', { Type: 'Pass', Parameters: { 'n.$': '$.a[*].b' } }, { a: [] }, { n: [] }],
  [
    'a filter may match nothing',
    { Type: 'Pass', Parameters: { 'n.$': '$.a[?(@.b==9)]' } },
    { a: [{ b: 1 }] },
    { n: [] },
  ],
  ['Pass answers a text', { Type: 'Pass', Result: 'text' }, {}, 'text'],
  ['Pass hands its input on', { Type: 'Pass' }, { a: 1 }, { a: 1 }],
  ['Pass answers its Result', { Type: 'Pass', Result: { b: 2 } }, { a: 1 }, { b: 2 }],
  ['Pass answers a Result of false', { Type: 'Pass', Result: false, ResultPath: '$.b' }, { a: 1 }, { a: 1, b: false }],
  ['InputPath selects', { Type: 'Pass', InputPath: '$.a' }, { a: { b: 1 } }, { b: 1 }],
  ['InputPath null is an empty object', { Type: 'Pass', InputPath: null }, { a: 1 }, {}],
  ['InputPath reads the context', { Type: 'Pass', InputPath: '$$.Execution.Input' }, { a: 1 }, { a: 1 }],
  ['OutputPath selects', { Type: 'Pass', OutputPath: '$.a' }, { a: [1, 2] }, [1, 2]],
  ['OutputPath null is an empty object', { Type: 'Pass', OutputPath: null }, { a: 1 }, {}],
  [
    'Parameters mix literals and paths',
    { Type: 'Pass', Parameters: { l: [1, { 'x.$': '$.a' }], 'p.$': '$.a' } },
    { a: 'v' },
    { l: [1, { x: 'v' }], p: 'v' },
  ],
  ['Parameters take the whole input, even null', { Type: 'Pass', Parameters: { 'all.$': '$' } }, null, { all: null }],
  ['a path to null is a value', { Type: 'Pass', Parameters: { 'n.$': '$.a' } }, { a: null }, { n: null }],
  ['a path indexes arrays', { Type: 'Pass', Parameters: { 'n.$': '$.a[1].b' } }, { a: [0, { b: 7 }] }, { n: 7 }],
  ['a path quotes names', { Type: 'Pass', Parameters: { 'n.$': "$['a b']" } }, { 'a b': 7 }, { n: 7 }],
  ['an indefinite path is a list', { Type: 'Pass', Parameters: { 'n.$': '$.a[*].b' } }, { a: [{ b: 1 }] }, { n: [1] }],
  [
    'ResultPath adds to the input',
    { Type: 'Task', Resource: token('Echo'), Parameters: { x: 1 }, ResultPath: '$.r' },
    { a: 1 },
    { a: 1, r: { x: 1 } },
  ],
  [
    'ResultPath makes the way',
    { Type: 'Task', Resource: token('Echo'), Parameters: { x: 1 }, ResultPath: '$.r.s' },
    { a: 1 },
    { a: 1, r: { s: { x: 1 } } },
  ],
  [
    'ResultPath $ replaces the input',
    { Type: 'Task', Resource: token('Echo'), Parameters: { x: 1 }, ResultPath: '$' },
    { a: 1 },
    { x: 1 },
  ],
  [
    'ResultPath null discards the result',
    { Type: 'Task', Resource: token('Echo'), Parameters: { x: 1 }, ResultPath: null },
    { a: 1 },
    { a: 1 },
  ],
  [
    'ResultSelector shapes the result',
    { Type: 'Task', Resource: token('Echo'), ResultSelector: { 'y.$': '$.a' } },
    { a: 1, b: 2 },
    { y: 1 },
  ],
  [
    'ResultSelector reads a null result',
    { Type: 'Task', Resource: token('Nothing'), ResultSelector: { 'y.$': '$' } },
    {},
    { y: null },
  ],
  [
    'a Task without a result answers null',
    { Type: 'Task', Resource: token('Nothing'), ResultPath: '$.r' },
    {},
    { r: null },
  ],
  [
    'OutputPath comes after ResultPath',
    { Type: 'Task', Resource: token('Echo'), ResultPath: '$.r', OutputPath: '$.r.a' },
    { a: 1 },
    1,
  ],
];

const intrinsics: [call: string, input: unknown, expected: unknown][] = [
  ["States.Format('Hello, {} {}', $.n, 2)", { n: 'you' }, 'Hello, you 2'],
  ["States.Format('a \\'b\\' \\{\\} (c, {}', $.n)", { n: 'q"\\' }, `a 'b' {} (c, q"\\`],
  ["States.Format('{}-{}', $$.Execution.Input.n, States.MathAdd($.a, 1))", { n: 'x', a: 1 }, 'x-2'],
  ['States.Format($.t, $.n)', { t: 'is {}', n: true }, 'is true'],
  ["States.Array(1, 'two', null, true, $.n)", { n: [] }, [1, 'two', null, true, []]],
  ['States.MathAdd($.a, -1)', { a: 111 }, 110],
  ['States.ArrayPartition($.a, 4)', { a: [1, 2, 3, 4, 5, 6, 7, 8, 9] }, [[1, 2, 3, 4], [5, 6, 7, 8], [9]]],
  ['States.ArrayContains($.a, $.n)', { a: [1, { b: 2 }], n: { b: 2 } }, true],
  ['States.ArrayRange(1, 9, 2)', {}, [1, 3, 5, 7, 9]],
  ['States.ArrayGetItem($.a, 1)', { a: ['x', 'y\\z'] }, 'y\\z'],
  ['States.ArrayLength($.a)', { a: [1, 2] }, 2],
  ['States.ArrayUnique($.a)', { a: [1, 1, 2] }, [1, 2]],
  ['States.JsonToString($.a)', { a: { b: 'q"' } }, '{"b":"q\\""}'],
  ['States.StringToJson($.a)', { a: '{"b":"q\\""}' }, { b: 'q"' }],
  ["States.StringSplit('This.is+a,test=string', '.+,=')", {}, ['This', 'is', 'a', 'test', 'string']],
  ['States.Base64Encode($.a)', { a: 'Schlüssel' }, 'U2NobMO8c3NlbA=='],
  ['States.Base64Decode($.a)', { a: 'U2NobMO8c3NlbA==' }, 'Schlüssel'],
  ["States.Hash('input data', 'SHA-1')", {}, 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
];

const fail: [title: string, state: object, input: unknown, error: string][] = [
  ['a path to nothing', { Type: 'Pass', Parameters: { 'n.$': '$.none' } }, {}, 'States.Runtime'],
  ['an indefinite path below nothing', { Type: 'Pass', Parameters: { 'n.$': '$.none[*]' } }, {}, 'States.Runtime'],
  ['a ResultPath into text', { Type: 'Pass', Result: 1, ResultPath: '$.a' }, 'text', 'States.ResultPathMatchFailure'],
  [
    'a Format with too few values',
    { Type: 'Pass', Parameters: { 'n.$': "States.Format('{} {}', 1)" } },
    {},
    'States.IntrinsicFailure',
  ],
  [
    'an index beyond the array',
    { Type: 'Pass', Parameters: { 'n.$': 'States.ArrayGetItem($.a, 5)' } },
    { a: [] },
    'States.IntrinsicFailure',
  ],
  [
    'text that is not JSON',
    { Type: 'Pass', Parameters: { 'n.$': "States.StringToJson('{')" } },
    {},
    'States.IntrinsicFailure',
  ],
];

for (const [title, state, input, output] of succeed)
  clause(title, async () => {
    expect(await resultOf(only(state), input)).toEqual({ status: 'SUCCEEDED', output });
  });

for (const [intrinsic, input, n] of intrinsics)
  clause(intrinsic, async () => {
    const result = await resultOf(only({ Type: 'Pass', Parameters: { 'n.$': intrinsic } }), input);
    expect(result).toEqual({ status: 'SUCCEEDED', output: { n } });
  });

for (const [title, state, input, error] of fail)
  clause(`refuses ${title}`, async () => {
    expect(await resultOf(only(state), input)).toMatchObject({ status: 'FAILED', error });
  });
