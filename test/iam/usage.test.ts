import { expect, test } from 'vitest';
import type { Decided } from './evaluation/access.ts';
import { type Grant, grantsIn } from './evaluation/grants.ts';
import { countUsage, nearlyRefused, neverUsed } from './usage.ts';

const statement = (Effect: string, Action: string, Resource: string) => ({ Effect, Action, Resource });
const grants = grantsIn('Role', {
  Statement: [
    statement('Allow', 'states:StartExecution', 'machine'),
    statement('Allow', 'states:StopExecution', 'execution:*'),
    statement('Allow', 'states:DescribeExecution', 'execution:*'),
    statement('Allow', 'logs:PutLogEvents', 'log'),
    statement('Deny', 'sns:Publish', 'topic'),
  ],
});
const decided = (action: string, by: readonly Grant[]): Decided => ({
  caller: 'a-function',
  principal: 'arn',
  question: { action, resource: 'execution:1', context: {} },
  isAllowed: by.length > 0,
  because: '',
  by,
});

test('a grant is never used until a call is allowed by it; one that AWS uses by itself, and a Deny, are not asked for', () => {
  const { usage, add } = countUsage();
  add(grants, [decided('states:StopExecution', grants.slice(1, 2)), decided('sns:Publish', [])]);

  expect(neverUsed(usage).map(({ grant }) => grant.action)).toEqual([
    'states:StartExecution',
    'states:DescribeExecution',
  ]);
  expect([...usage.refused]).toEqual([['a-function sns:Publish on execution:1', 1]]);
  expect(nearlyRefused(usage).map(({ grant, calls }) => [grant.action, calls])).toEqual([['states:StopExecution', 1]]);
});

test('what several deployments of the same template have used adds up', () => {
  const { usage, add } = countUsage();
  const again = grantsIn('Role', { Statement: [statement('Allow', 'states:StartExecution', 'machine')] });
  add(grants, [decided('states:StartExecution', grants.slice(0, 1))]);
  add(again, [decided('states:StartExecution', again)]);

  expect([...usage.grants.values()][0]?.calls).toBe(2);
});
