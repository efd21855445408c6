import { expect, test } from 'vitest';
import { execute, only, token } from './running.ts';

test('gives the context object to a Task', async () => {
  const Parameters = { 'execution.$': '$$.Execution', 'machine.$': '$$.StateMachine', 'state.$': '$$.State' };
  const { result } = await execute(only({ Type: 'Task', Resource: token('Echo'), Parameters }), { a: 1 });
  const { execution, machine, state } = result.output as Record<string, Record<string, unknown>>;
  expect(execution).toEqual({
    Id: `arn:aws:states:us-east-1:000000000000:execution:Machine:${execution?.Name}`,
    Input: { a: 1 },
    Name: expect.stringMatching(/^[0-9a-f-]{36}$/),
    RoleArn: 'arn:aws:iam::000000000000:role/Machine',
    StartTime: '2026-01-01T00:00:00.000Z',
    RedriveCount: 0,
  });
  expect(machine).toEqual({ Id: 'arn:aws:states:us-east-1:000000000000:stateMachine:Machine', Name: 'Machine' });
  expect(state).toEqual({ Name: 'Only', EnteredTime: '2026-01-01T00:00:00.000Z', RetryCount: 0 });
});
