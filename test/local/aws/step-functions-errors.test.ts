import { describe, expect, test } from 'vitest';
import { execute, only, startServices, token } from './step-functions-running.ts';

const fail = (error: string, rest: object = {}) => ({
  Type: 'Task',
  Resource: token('Fail'),
  Parameters: { error },
  ...rest,
});
const caughtBy = (state: object, Catch: object[]) => ({
  StartAt: 'Try',
  States: {
    Try: { ...state, Catch, Next: 'Passed' },
    Passed: { Type: 'Fail', Error: 'NotCaught' },
    Caught: { Type: 'Pass', End: true },
  },
});
const all = { ErrorEquals: ['States.ALL'], Next: 'Caught' };

describe('a failed Task', () => {
  test('fails the execution with its errorType, and its JSON text as the cause', async () => {
    const { result } = await execute(only(fail('AuthorityUnavailable')));
    const cause = '{"errorType":"AuthorityUnavailable","errorMessage":"the message","trace":["at test"]}';
    expect(result).toEqual({ status: 'FAILED', error: 'AuthorityUnavailable', cause });
  });

  test('fails with Lambda.ResourceNotFoundException when there is no such function', async () => {
    const Resource = 'arn:aws:lambda:us-east-1:000000000000:function:none';
    const { result } = await execute(only({ Type: 'Task', Resource }));
    expect(result).toEqual({
      status: 'FAILED',
      error: 'Lambda.ResourceNotFoundException',
      cause: `Function not found: ${Resource}`,
    });
  });

  test.each([
    [
      'by name',
      fail('A'),
      [{ ErrorEquals: ['A'], Next: 'Caught', ResultPath: '$.error' }],
      { a: 1, error: { Error: 'A', Cause: '{"errorType":"A","errorMessage":"the message","trace":["at test"]}' } },
    ],
    [
      'by the first catcher that matches',
      fail('A'),
      [
        { ErrorEquals: ['B'], Next: 'Passed' },
        { ...all, ResultPath: '$.error.last' },
      ],
      { a: 1, error: { last: expect.objectContaining({ Error: 'A' }) } },
    ],
    [
      'with States.TaskFailed',
      fail('A'),
      [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught', ResultPath: null }],
      { a: 1 },
    ],
    ['into the whole output without ResultPath', fail('A'), [all], expect.objectContaining({ Error: 'A' })],
    [
      'as States.Timeout',
      { Type: 'Task', Resource: token('Sleep'), Parameters: { seconds: 9 }, TimeoutSeconds: 5 },
      [
        { ErrorEquals: ['States.TaskFailed'], Next: 'Passed' },
        { ErrorEquals: ['States.Timeout'], Next: 'Caught' },
      ],
      { Error: 'States.Timeout', Cause: '' },
    ],
    [
      'as Sandbox.Timedout',
      { Type: 'Task', Resource: token('Sleep'), Parameters: { seconds: 901 } },
      [all],
      expect.objectContaining({ Error: 'Sandbox.Timedout' }),
    ],
    [
      'as States.DataLimitExceeded, by that name',
      { Type: 'Task', Resource: token('Large') },
      [{ ErrorEquals: ['States.DataLimitExceeded'], Next: 'Caught' }],
      expect.objectContaining({ Error: 'States.DataLimitExceeded' }),
    ],
  ])('is caught %s', async (_, state, catchers, output) => {
    const { result, types } = await execute(caughtBy(state, catchers), { a: 1 });
    expect(result).toEqual({ status: 'SUCCEEDED', output });
    expect(types).toContain('TaskStateExited');
  });

  test('States.Runtime is not even caught by its name', async () => {
    const state = { Type: 'Task', Resource: token('Echo'), Parameters: { 'a.$': '$.none' } };
    const { result } = await execute(caughtBy(state, [{ ErrorEquals: ['States.Runtime'], Next: 'Caught' }]));
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });

  test.each([
    ['States.DataLimitExceeded', { Type: 'Task', Resource: token('Large') }],
    ['States.Runtime', { Type: 'Task', Resource: token('Echo'), Parameters: { 'a.$': '$.none' } }],
  ])('%s is not caught by States.ALL', async (error, state) => {
    const { result } = await execute(caughtBy(state, [all]));
    expect(result).toMatchObject({ status: 'FAILED', error });
  });
});

describe('a Retry', () => {
  const busy = { ErrorEquals: ['Busy'] };
  const calls = (types: string[]) => types.filter((type) => type === 'LambdaFunctionScheduled').length;

  test.each([
    ['waits 1, 2, 4 s by default, three times', {}, 7, 4],
    ['does not try again with MaxAttempts 0', { MaxAttempts: 0 }, 0, 1],
    ['grows by BackoffRate', { IntervalSeconds: 3, BackoffRate: 1.5, MaxAttempts: 4 }, 3 + 4.5 + 6.75 + 10.125, 5],
    ['is bounded by MaxDelaySeconds', { IntervalSeconds: 3, MaxDelaySeconds: 5, MaxAttempts: 4 }, 3 + 5 + 5 + 5, 5],
    ['takes a random part with full jitter', { IntervalSeconds: 4, MaxAttempts: 2, JitterStrategy: 'FULL' }, 1 + 2, 3],
  ])('%s', async (_, retrier, seconds, expectedCalls) => {
    const run = await execute(only({ Type: 'Task', Resource: token('FailAlways'), Retry: [{ ...busy, ...retrier }] }));
    expect(run.result).toMatchObject({ status: 'FAILED', error: 'Busy' });
    expect(run.seconds).toBeCloseTo(seconds, 6);
    expect(calls(run.types)).toBe(expectedCalls);
  });

  test('ends with the first success, and the retry count is in the context', async () => {
    const state = {
      Type: 'Task',
      Resource: token('FailTwice'),
      ResultSelector: { 'retries.$': '$$.State.RetryCount', 'calls.$': '$.calls' },
      Retry: [busy],
    };
    const { result, types } = await execute(only(state));
    expect(result).toEqual({ status: 'SUCCEEDED', output: { retries: 2, calls: 3 } });
    expect(types).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionFailed',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionFailed',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('of another error does not help, and the catch comes after the retries', async () => {
    const state = {
      Type: 'Task',
      Resource: token('FailAlways'),
      Retry: [{ ErrorEquals: ['Other'] }, { ...busy, MaxAttempts: 1 }, { ErrorEquals: ['States.ALL'] }],
    };
    const { result, seconds } = await execute(caughtBy(state, [all]));
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'Busy' } });
    expect(seconds).toBe(1);
  });

  test('that is pausing when the execution is stopped calls nothing any more', async () => {
    const { start, call, timers, events } = startServices(
      only({ Type: 'Task', Resource: token('FailAlways'), Retry: [busy] }),
    );
    const executionArn = await start({});
    await timers.advance(500);
    await call('StopExecution', { executionArn });
    await timers.advance(60_000);
    expect(events.filter(({ type }) => type === 'LambdaFunctionScheduled')).toHaveLength(1);
    expect(events.at(-1)?.type).toBe('ExecutionAborted');
  });
});
