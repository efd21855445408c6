import fc from 'fast-check';
import { expect, test } from 'vitest';
import { membersOf } from '../../lambdas/policy-check/json-members.ts';

const spaces = fc.constantFrom('', ' ', '\n', '\t\r\n  ');

test('every member of every JSON object is found as it was written, whatever stands in it and between', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.json(), spaces, spaces, spaces, spaces)),
      (members) => {
        const written = members.map(
          ([name, value, a, b, c, d]) => `${a}${JSON.stringify(name)}${b}:${c}${value.trim()}${d}`,
        );
        const found = membersOf(`{${written.join(',')}${members.length === 0 ? ' ' : ''}}`);
        expect([...found]).toEqual([...new Map(members.map(([name, value]) => [name, value.trim()]))]);
      },
    ),
    { numRuns: 2_000 },
  );
});

test.each([
  ['quotes and backslashes', '"\\"\\\\"'],
  ['brackets in a text', '"}],{["'],
  ['brackets in brackets', '[{"a":[{}]},"]",[]]'],
  ['a number', '-1.50e+3'],
  ['a word', 'null'],
  ['an empty text', '""'],
])('%s', (_, value) => {
  expect([...membersOf(` {"a" : ${value} ,"b":${value}}\n`)]).toEqual([
    ['a', value],
    ['b', value],
  ]);
});
