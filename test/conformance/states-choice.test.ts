import { expect } from 'vitest';
import { contractOfMachines } from './machines.ts';

const { clause, execute, resultOf } = contractOfMachines('states: Choice');

const machine = (rule: object) => ({
  StartAt: 'Choose',
  States: {
    Choose: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
    Yes: { Type: 'Pass', Result: true, End: true },
    No: { Type: 'Pass', Result: false, End: true },
  },
});

const early = '2026-01-01T00:00:00Z';
const late = '2026-01-01T00:00:01.5Z';

/** One rule on the variable $.v, the value of v, and whether the rule holds on AWS. */
const cases: [rule: Record<string, unknown>, v: unknown, holds: boolean][] = [
  [{ StringEquals: 'a' }, 'a', true],
  [{ StringEquals: '1' }, 1, false],
  [{ StringEqualsPath: '$.w' }, 'w', true],
  [{ StringLessThan: 'b' }, 'a', true],
  [{ StringLessThan: '6' }, 5, false],
  [{ StringGreaterThanEquals: 'b' }, 'b', true],
  [{ StringGreaterThan: 'b' }, 'b', false],
  [{ StringMatches: 'log-*.txt' }, 'log-a/b.txt', true],
  [{ StringMatches: 'log-?.txt' }, 'log-a.txt', false],
  [{ StringMatches: 'a\\*b' }, 'a*b', true],
  [{ StringMatches: 'a\\*b' }, 'axb', false],
  [{ StringMatches: '*' }, 5, false],
  [{ NumericEquals: 5 }, 5.0, true],
  [{ NumericEquals: 5 }, '5', false],
  [{ NumericLessThan: 6 }, '5', false],
  [{ NumericLessThan: 6 }, 5, true],
  [{ NumericLessThanEquals: 5 }, 5, true],
  [{ NumericGreaterThan: 5 }, 5, false],
  [{ NumericGreaterThanEqualsPath: '$.five' }, 5, true],
  [{ BooleanEquals: true }, true, true],
  [{ BooleanEquals: false }, 0, false],
  [{ TimestampEquals: early }, '2026-01-01T01:00:00+01:00', true],
  [{ TimestampLessThan: late }, early, true],
  [{ TimestampGreaterThanPath: '$.early' }, late, true],
  [{ TimestampGreaterThanEquals: late }, early, false],
  [{ TimestampLessThan: late }, 5, false],
  [{ IsPresent: true }, null, true],
  [{ IsPresent: false }, undefined, true],
  [{ IsPresent: true }, undefined, false],
  [{ IsPresent: false }, 1, false],
  [{ IsNull: true }, null, true],
  [{ IsNull: false }, 1, true],
  [{ IsNumeric: true }, '5', false],
  [{ IsNumeric: false }, '5', true],
  [{ IsString: true }, '5', true],
  [{ IsBoolean: true }, false, true],
  [{ IsTimestamp: true }, early, true],
  [{ IsTimestamp: true }, '2026-01-01', false],
];

for (const [rule, v, holds] of cases)
  clause(`${JSON.stringify(rule)} of ${JSON.stringify(v)} is ${holds}`, async () => {
    const result = await resultOf(machine({ Variable: '$.v', ...rule }), { v, w: 'w', five: 5, early });
    expect(result).toEqual({ status: 'SUCCEEDED', output: holds });
  });

const five = { Variable: '$.v', NumericEquals: 5 };
const six = { Variable: '$.v', NumericEquals: 6 };
const combined: [title: string, rule: object, holds: boolean][] = [
  ['And of both', { And: [{ Variable: '$.v', IsNumeric: true }, five] }, true],
  ['And of one', { And: [five, six] }, false],
  ['Or of one', { Or: [six, five] }, true],
  ['Not', { Not: six }, true],
  [
    'And that asks for presence first',
    {
      And: [
        { Variable: '$.none', IsPresent: true },
        { Variable: '$.none', NumericEquals: 5 },
      ],
    },
    false,
  ],
  ['a rule on the context object', { Variable: '$$.Execution.Input.v', NumericEquals: 5 }, true],
];
for (const [title, rule, output] of combined)
  clause(title, async () => {
    expect(await resultOf(machine(rule), { v: 5 })).toEqual({ status: 'SUCCEEDED', output });
  });

clause('the first rule that holds decides, and OutputPath shapes what is handed on', async () => {
  const States = {
    Choose: {
      Type: 'Choice',
      OutputPath: '$.v',
      Choices: [
        { Variable: '$.v', NumericLessThan: 9, Next: 'First' },
        { Variable: '$.v', NumericEquals: 5, Next: 'Second' },
      ],
    },
    First: { Type: 'Pass', Parameters: { first: true, 'got.$': '$' }, End: true },
    Second: { Type: 'Pass', End: true },
  };
  const { events, ...result } = await execute({ StartAt: 'Choose', States }, { v: 5 });
  expect(result).toEqual({ status: 'SUCCEEDED', output: { first: true, got: 5 } });
  expect(events.map(({ type }) => type).slice(1, 3)).toEqual(['ChoiceStateEntered', 'ChoiceStateExited']);
});

clause('refuses a variable that is missing', async () => {
  const result = await resultOf(machine({ Variable: '$.none', StringEquals: 'a' }));
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});

clause('refuses to go on when no rule holds and there is no Default', async () => {
  const Choose = { Type: 'Choice', Choices: [{ Variable: '$.v', NumericEquals: 6, Next: 'Yes' }] };
  const result = await resultOf({ StartAt: 'Choose', States: { Choose, Yes: { Type: 'Succeed' } } }, { v: 5 });
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
});
