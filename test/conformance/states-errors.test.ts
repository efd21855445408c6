import { expect } from 'vitest';
import { all, caughtBy, only, token } from '../emulator/step-functions/running.ts';
import { contractOfMachines } from './machines.ts';

const { clause, execute, resultOf } = contractOfMachines('states: errors');

const fail = (error: string, rest: object = {}) => ({
  Type: 'Task',
  Resource: token('Fail'),
  Parameters: { error },
  ...rest,
});
clause('a failed Task fails the execution with its errorType, and its JSON text as the cause', async () => {
  const { status, error, cause } = await resultOf(only(fail('AuthorityUnavailable')));
  expect([status, error]).toEqual(['FAILED', 'AuthorityUnavailable']);
  expect(JSON.parse(cause ?? '')).toEqual({
    errorType: 'AuthorityUnavailable',
    errorMessage: 'the message',
    trace: ['at test'],
  });
});

clause('a Task fails with Lambda.ResourceNotFoundException when there is no such function', async () => {
  const Resource = 'arn:aws:lambda:us-east-1:000000000000:function:none';
  expect(await resultOf(only({ Type: 'Task', Resource }))).toMatchObject({
    status: 'FAILED',
    error: 'Lambda.ResourceNotFoundException',
  });
});

const caught: [title: string, state: object, catchers: object[], output: unknown][] = [
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
  ['by one name of several', fail('B'), [{ ErrorEquals: ['A', 'B'], Next: 'Caught', ResultPath: null }], { a: 1 }],
  [
    'with States.TaskFailed',
    fail('A'),
    [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught', ResultPath: null }],
    { a: 1 },
  ],
  ['into the whole output without ResultPath', fail('A'), [all], expect.objectContaining({ Error: 'A' })],
  [
    'as States.Timeout, which is no States.TaskFailed',
    { Type: 'Task', Resource: token('Sleep'), Parameters: { seconds: 3 }, TimeoutSeconds: 1 },
    [
      { ErrorEquals: ['States.TaskFailed'], Next: 'Passed' },
      { ErrorEquals: ['States.Timeout'], Next: 'Caught' },
    ],
    expect.objectContaining({ Error: 'States.Timeout' }),
  ],
  [
    'as States.DataLimitExceeded, by that name',
    { Type: 'Task', Resource: token('Large') },
    [{ ErrorEquals: ['States.DataLimitExceeded'], Next: 'Caught' }],
    expect.objectContaining({ Error: 'States.DataLimitExceeded' }),
  ],
];
for (const [title, state, catchers, output] of caught)
  clause(`an error is caught ${title}`, async () => {
    const { events, ...result } = await execute(caughtBy(state, catchers), { a: 1 });
    expect(result).toEqual({ status: 'SUCCEEDED', output });
    expect(events.map(({ type }) => type)).toContain('TaskStateExited');
  });

const runtime = { Type: 'Task', Resource: token('Echo'), Parameters: { 'a.$': '$.none' } };
clause('States.Runtime is not even caught by its name', async () => {
  const result = await resultOf(caughtBy(runtime, [{ ErrorEquals: ['States.Runtime'], Next: 'Caught' }]));
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});
clause('States.Runtime is not caught by States.ALL', async () => {
  expect(await resultOf(caughtBy(runtime, [all]))).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});
clause('States.DataLimitExceeded is not caught by States.ALL', async () => {
  const large = { Type: 'Task', Resource: token('Large') };
  const error = 'States.DataLimitExceeded';
  expect(await resultOf(caughtBy(large, [all]))).toMatchObject({ status: 'FAILED', error });
});

const soon = { ErrorEquals: ['Busy'], IntervalSeconds: 1, BackoffRate: 1 };
const callsOf = (events: readonly { type?: string | undefined }[]): number =>
  events.filter(({ type }) => type === 'LambdaFunctionScheduled').length;

clause('a Retry ends with the first success, and the retry count is in the context', async () => {
  const { events, ...result } = await execute(
    only({
      Type: 'Task',
      Resource: token('FailTwice'),
      ResultSelector: { 'retries.$': '$$.State.RetryCount', 'calls.$': '$.calls' },
      Retry: [soon],
    }),
  );
  expect(result).toEqual({ status: 'SUCCEEDED', output: { retries: 2, calls: 3 } });
  const failed = ['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionFailed'];
  expect(events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    ...failed,
    ...failed,
    'LambdaFunctionScheduled',
    'LambdaFunctionStarted',
    'LambdaFunctionSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
});

clause('a Retry tries MaxAttempts times again, and 0 is not at all', async () => {
  const tried = async (MaxAttempts: number): Promise<number> =>
    callsOf(
      (await execute(only({ Type: 'Task', Resource: token('FailAlways'), Retry: [{ ...soon, MaxAttempts }] }))).events,
    );
  expect([await tried(0), await tried(1)]).toEqual([1, 2]);
});

clause('a Retry of another error does not help, and the catch comes after the retries', async () => {
  const Retry = [{ ErrorEquals: ['Other'] }, { ...soon, MaxAttempts: 1 }];
  const { events, ...result } = await execute(caughtBy({ Type: 'Task', Resource: token('FailAlways'), Retry }, [all]));
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'Busy' } });
  expect(callsOf(events)).toBe(2);
});
