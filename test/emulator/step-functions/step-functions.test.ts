import { expect, test } from 'vitest';
import { only, startServices, token } from './running.ts';

const pass = only({ Type: 'Pass' });
const wait = only({ Type: 'Wait', Seconds: 3600 });
const arnOf = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:Machine:${name}`;

test('StopExecution closes with its error and cause, and answers the same again', async () => {
  const { call, start, timers } = startServices(wait);
  const executionArn = await start({}, 'one');
  await timers.advance(1500);
  expect(await call('StopExecution', { executionArn, error: 'Preempted', cause: 'compromise' })).toEqual({
    stopDate: 1767225601.5,
  });
  await timers.advance(5000);
  expect(await call('StopExecution', { executionArn })).toEqual({ stopDate: 1767225601.5 });
  expect(await call('DescribeExecution', { executionArn })).toMatchObject({
    status: 'ABORTED',
    error: 'Preempted',
    cause: 'compromise',
    stopDate: 1767225601.5,
  });
  const { events } = await call('GetExecutionHistory', { executionArn, reverseOrder: true, maxResults: 1 });
  expect(events).toEqual([
    {
      id: 3,
      previousEventId: 0,
      type: 'ExecutionAborted',
      timestamp: 1767225601.5,
      executionAbortedEventDetails: { error: 'Preempted', cause: 'compromise' },
    },
  ]);
});

test('ListExecutions answers the later first of two that started in the same millisecond', async () => {
  const { call, stateMachineArn, start } = startServices(wait);
  await start({}, 'one');
  await start({}, 'two');
  expect((await call('ListExecutions', { stateMachineArn })).executions).toMatchObject([
    { name: 'two' },
    { name: 'one' },
  ]);
});

test('ListExecutions answers the newest first, in pages, of one status', async () => {
  const { call, stateMachineArn, start, timers } = startServices(wait);
  for (const name of ['one', 'two', 'three']) {
    await start({}, name);
    await timers.advance(1000);
  }
  const page = await call('ListExecutions', { stateMachineArn, maxResults: 2 });
  const rest = await call('ListExecutions', { stateMachineArn, maxResults: 2, nextToken: page.nextToken });
  expect([page.executions, rest.executions]).toMatchObject([[{ name: 'three' }, { name: 'two' }], [{ name: 'one' }]]);
  expect(rest.nextToken).toBeUndefined();
  await call('StopExecution', { executionArn: arnOf('two') });
  expect(await call('ListExecutions', { stateMachineArn, statusFilter: 'ABORTED' })).toEqual({
    executions: [
      {
        executionArn: arnOf('two'),
        stateMachineArn,
        name: 'two',
        status: 'ABORTED',
        startDate: 1767225601,
        stopDate: 1767225603,
        redriveCount: 0,
      },
    ],
  });
  await expect(call('ListExecutions', { stateMachineArn, nextToken: 'x' })).rejects.toMatchObject({
    name: 'InvalidToken',
  });
});

test('GetExecutionHistory answers the events as AWS records them, in pages, with or without data', async () => {
  const { call, start, timers, lambda } = startServices(
    only({ Type: 'Task', Resource: token('Echo'), TimeoutSeconds: 5 }),
  );
  const executionArn = await start({ a: 1 });
  await timers.advance(0);
  const data = { input: '{"a":1}', inputDetails: { truncated: false } };
  const output = { output: '{"a":1}', outputDetails: { truncated: false } };
  const timestamp = 1767225600;
  const events = [
    {
      id: 1,
      previousEventId: 0,
      type: 'ExecutionStarted',
      timestamp,
      executionStartedEventDetails: { ...data, roleArn: 'arn:aws:iam::000000000000:role/Machine' },
    },
    {
      id: 2,
      previousEventId: 0,
      type: 'TaskStateEntered',
      timestamp,
      stateEnteredEventDetails: { name: 'Only', ...data },
    },
    {
      id: 3,
      previousEventId: 2,
      type: 'LambdaFunctionScheduled',
      timestamp,
      lambdaFunctionScheduledEventDetails: { resource: lambda.arnOf('Echo'), ...data, timeoutInSeconds: 5 },
    },
    { id: 4, previousEventId: 3, type: 'LambdaFunctionStarted', timestamp },
    {
      id: 5,
      previousEventId: 4,
      type: 'LambdaFunctionSucceeded',
      timestamp,
      lambdaFunctionSucceededEventDetails: output,
    },
    {
      id: 6,
      previousEventId: 5,
      type: 'TaskStateExited',
      timestamp,
      stateExitedEventDetails: { name: 'Only', ...output },
    },
    { id: 7, previousEventId: 6, type: 'ExecutionSucceeded', timestamp, executionSucceededEventDetails: output },
  ];
  expect(await call('GetExecutionHistory', { executionArn })).toEqual({ events });
  const page = await call('GetExecutionHistory', { executionArn, reverseOrder: true, maxResults: 6 });
  expect(page.events).toEqual(events.toReversed().slice(0, 6));
  expect(await call('GetExecutionHistory', { executionArn, reverseOrder: true, nextToken: page.nextToken })).toEqual({
    events: [events[0]],
  });
  const bare = await call('GetExecutionHistory', { executionArn, includeExecutionData: false, maxResults: 2 });
  expect(bare.events).toMatchObject([
    { executionStartedEventDetails: { roleArn: expect.anything() } },
    { stateEnteredEventDetails: { name: 'Only' } },
  ]);
  expect(JSON.stringify(bare)).not.toContain('input');
});

test('describes and lists its machines', async () => {
  const { call, stateMachineArn } = startServices(pass);
  expect(await call('DescribeStateMachine', { stateMachineArn })).toMatchObject({
    name: 'Machine',
    status: 'ACTIVE',
    type: 'STANDARD',
    definition: '{"StartAt":"Only","States":{"Only":{"Type":"Pass","End":true}}}',
  });
  expect(await call('ListStateMachines', {})).toEqual({
    stateMachines: [{ stateMachineArn, name: 'Machine', type: 'STANDARD', creationDate: 1767225600 }],
  });
});

test.each(['CreateStateMachine', 'RedriveExecution', 'toString'])(
  'refuses %s, which is not emulated',
  async (operation) => {
    await expect(startServices(pass).call(operation, {})).rejects.toMatchObject({ name: 'UnknownOperationException' });
  },
);

test('refuses an execution that does not exist', async () => {
  await expect(startServices(pass).call('DescribeExecution', { executionArn: arnOf('none') })).rejects.toMatchObject({
    name: 'ExecutionDoesNotExist',
    message: `Execution Does Not Exist: '${arnOf('none')}'`,
  });
});
