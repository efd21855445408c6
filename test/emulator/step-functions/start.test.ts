import { describe, expect, test } from 'vitest';
import { only, startServices } from './running.ts';

const pass = only({ Type: 'Pass' });
const wait = only({ Type: 'Wait', Seconds: 3600 });
const arnOf = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:Machine:${name}`;

describe('StartExecution', () => {
  test('answers the same while an execution of that name and input runs', async () => {
    const { call, stateMachineArn, timers, events } = startServices(wait);
    const first = await call('StartExecution', { stateMachineArn, name: 'one', input: '{"a":1}' });
    await timers.advance(1500);
    const second = await call('StartExecution', { stateMachineArn, name: 'one', input: '{"a":1}' });
    expect(first).toEqual({ executionArn: arnOf('one'), startDate: 1767225600 });
    expect(second).toEqual(first);
    expect(events.filter(({ type }) => type === 'ExecutionStarted')).toHaveLength(1);
  });

  test('refuses another input under the name of a running execution', async () => {
    const { call, stateMachineArn, start } = startServices(wait);
    await start({ a: 1 }, 'one');
    const again = call('StartExecution', { stateMachineArn, name: 'one', input: '{"a":2}' });
    await expect(again).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
      message: `Execution Already Exists: '${arnOf('one')}'`,
      status: 400,
    });
  });

  test('refuses the name of a closed execution for 90 days', async () => {
    const { call, stateMachineArn, start, timers } = startServices(pass);
    await start({}, 'one');
    await timers.advance(90 * 86_400_000 - 1);
    await expect(call('StartExecution', { stateMachineArn, name: 'one', input: '{}' })).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
    await timers.advance(1);
    await start({}, 'two');
    expect(await call('StartExecution', { stateMachineArn, name: 'one' })).toMatchObject({
      executionArn: arnOf('one'),
    });
  });

  test('names an execution itself, and takes no input for {}', async () => {
    const { call, stateMachineArn } = startServices(pass);
    const { executionArn } = await call('StartExecution', { stateMachineArn });
    expect(await call('DescribeExecution', { executionArn })).toMatchObject({
      name: expect.stringMatching(/^[0-9a-f-]{36}$/),
      input: '{}',
    });
  });

  test.each(['', 'x'.repeat(81), 'a b', 'a/b', 'a:b', 'a*', 'a#', 'a$', 'a\u0007', 'a"', 'a,b', 'a{b'])(
    'refuses the name %j',
    async (name) => {
      const { call, stateMachineArn } = startServices(pass);
      await expect(call('StartExecution', { stateMachineArn, name })).rejects.toMatchObject({
        name: 'InvalidName',
        message: `Invalid Name: '${name}'`,
      });
    },
  );

  test.each(['x'.repeat(80), 'a.b_c-d=e@f+g(h)', 'grüße'])('takes the name %j', async (name) => {
    const { call, stateMachineArn } = startServices(pass);
    expect(await call('StartExecution', { stateMachineArn, name })).toMatchObject({ executionArn: arnOf(name) });
  });

  test.each([
    ['an input that is not JSON', { input: 'not json' }, 'InvalidExecutionInput'],
    ['an empty input', { input: '' }, 'InvalidExecutionInput'],
    ['an input beyond 256 KiB', { input: `"${'x'.repeat(262_143)}"` }, 'ValidationException'],
    [
      'an unknown machine',
      { stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:None' },
      'StateMachineDoesNotExist',
    ],
    ['something that is no ARN', { stateMachineArn: 'Machine' }, 'InvalidArn'],
  ])('refuses %s', async (_, input, name) => {
    const { call, stateMachineArn } = startServices(pass);
    await expect(call('StartExecution', { stateMachineArn, ...input })).rejects.toMatchObject({ name });
  });
});
