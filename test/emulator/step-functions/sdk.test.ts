import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, expect, test } from 'vitest';
import { type Running, runEndpoint } from '../endpoint/running-endpoint.ts';
import { only, startServices, token } from './running.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const startClient = async (definition: object) => {
  const services = startServices(definition);
  const running: Running = await runEndpoint([services.states, services.lambda]);
  const client = new SFNClient(running.clientOptions);
  closing.push(() => client.destroy(), running.close);
  return { ...services, client };
};

test('the AWS SDK starts, describes, lists, reads and stops executions', async () => {
  const { client, timers, stateMachineArn, isClosed } = await startClient(only({ Type: 'Wait', Seconds: 3600 }));
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, name: 'one', input: '{"a":1}' }),
  );
  await timers.runUntil(() => isClosed(String(executionArn)), 3_600_000);
  expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
    status: 'SUCCEEDED',
    startDate: new Date('2026-01-01T00:00:00Z'),
    stopDate: new Date('2026-01-01T01:00:00Z'),
    output: '{"a":1}',
  });
  const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
  expect(events?.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'WaitStateEntered',
    'WaitStateExited',
    'ExecutionSucceeded',
  ]);
  const two = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'two' }));
  await client.send(new StopExecutionCommand({ executionArn: two.executionArn, error: 'E', cause: 'c' }));
  const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
  expect(executions).toMatchObject([
    { name: 'two', status: 'ABORTED' },
    { name: 'one', status: 'SUCCEEDED' },
  ]);
});

test('the AWS SDK sees the documented errors', async () => {
  const { client, stateMachineArn } = await startClient(only({ Type: 'Pass' }));
  await expect(client.send(new StartExecutionCommand({ stateMachineArn, name: 'a b' }))).rejects.toMatchObject({
    name: 'InvalidName',
  });
  const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:Machine:none';
  await expect(client.send(new DescribeExecutionCommand({ executionArn }))).rejects.toMatchObject({
    name: 'ExecutionDoesNotExist',
  });
});

test('virtual time stands still while a function waits for a real answer', async () => {
  const server = createServer(async (_, response) => {
    await pause(50);
    response.end('"answer"');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { lambda, start, timers, isClosed, call } = startServices(
    only({ Type: 'Task', Resource: token('Echo'), TimeoutSeconds: 1 }),
  );
  lambda.register('Echo', { handler: async () => (await fetch(`http://127.0.0.1:${port}`)).json(), timeoutMs: 1000 });
  const startMs = timers.now();
  const executionArn = await start({});
  await timers.runUntil(() => isClosed(executionArn), 1000);
  expect(await call('DescribeExecution', { executionArn })).toMatchObject({ status: 'SUCCEEDED', output: '"answer"' });
  expect(timers.now()).toBe(startMs);
});
