import { randomUUID } from 'node:crypto';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
  type StartExecutionCommandInput,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect } from 'vitest';
import { only } from '../emulator/step-functions/running.ts';
import { contractOfMachines } from './machines.ts';

const { clause, machines, execute, resultOf } = contractOfMachines('states');

const pass = only({ Type: 'Pass' });
const wait = only({ Type: 'Wait', Seconds: 3600 });

/** A machine of its own for each clause, and what is asked of it. */
const machine = async (definition: object) => {
  const { client, machineOf, ended } = machines();
  const stateMachineArn = await machineOf(definition);
  return {
    stateMachineArn,
    ended,
    start: (input: Partial<StartExecutionCommandInput> = {}) =>
      client.send(new StartExecutionCommand({ stateMachineArn, ...input })),
    describe: (executionArn: string | undefined) => client.send(new DescribeExecutionCommand({ executionArn })),
    stop: (executionArn: string | undefined, why: object = {}) =>
      client.send(new StopExecutionCommand({ executionArn, ...why })),
    list: (more: object = {}) => client.send(new ListExecutionsCommand({ stateMachineArn, ...more })),
    history: (executionArn: string | undefined, more: object = {}) =>
      client.send(new GetExecutionHistoryCommand({ executionArn, ...more })),
  };
};

clause('the ARN of an execution is that of its machine with its name', async () => {
  const { start, stateMachineArn, describe, stop } = await machine(wait);
  const { executionArn, startDate } = await start({ name: 'one', input: '{"a":1}' });
  expect(executionArn).toBe(`${stateMachineArn.replace(':stateMachine:', ':execution:')}:one`);
  expect(startDate).toBeInstanceOf(Date);
  expect(await describe(executionArn)).toMatchObject({
    executionArn,
    name: 'one',
    status: 'RUNNING',
    input: '{"a":1}',
  });
  await stop(executionArn);
});

clause('a start of that name and input answers the same while the execution runs', async () => {
  const { start, stop, list } = await machine(wait);
  const first = await start({ name: 'one', input: '{"a":1}' });
  const second = await start({ name: 'one', input: '{"a":1}' });
  expect([second.executionArn, second.startDate]).toEqual([first.executionArn, first.startDate]);
  expect((await list()).executions).toHaveLength(1);
  await stop(first.executionArn);
});

clause('refuses another input under the name of a running execution', async () => {
  const { start, stop } = await machine(wait);
  const { executionArn } = await start({ name: 'one', input: '{"a":1}' });
  await expect(start({ name: 'one', input: '{"a":2}' })).rejects.toMatchObject({
    name: 'ExecutionAlreadyExists',
    message: `Execution Already Exists: '${executionArn}'`,
    $metadata: { httpStatusCode: 400 },
  });
  await stop(executionArn);
});

clause('refuses the name of an execution that has ended', async () => {
  const { start, ended } = await machine(pass);
  await ended((await start({ name: 'one' })).executionArn);
  await expect(start({ name: 'one' })).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
});

clause('names an execution itself, and takes no input for {}', async () => {
  const { start, describe } = await machine(pass);
  const { name, input } = await describe((await start()).executionArn);
  expect(name).toMatch(/^[0-9a-f-]{36}$/);
  expect(input).toBe('{}');
});

clause('takes names of up to 80 characters', async () => {
  const { start } = await machine(pass);
  for (const name of ['x'.repeat(80), 'a.b_c-d']) expect((await start({ name })).executionArn).toContain(name);
});

clause('refuses names that are too long, empty or have other characters', async () => {
  const { start } = await machine(pass);
  for (const name of ['', 'x'.repeat(81), 'a b', 'a/b', 'a:b', 'a*', 'a#', 'a$', 'a\u0007', 'a"', 'a,b', 'a{b'])
    await expect(start({ name }), name).rejects.toMatchObject({
      name: expect.stringMatching(/^(InvalidName|ValidationException)$/),
    });
});

clause('refuses an input that is not JSON', async () => {
  const { start } = await machine(pass);
  await expect(start({ input: 'not json' })).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
  await expect(start({ input: '' })).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
});

clause('refuses an input of more than 256 KiB', async () => {
  const { start } = await machine(pass);
  const input = `"${'x'.repeat(262_143)}"`;
  await expect(start({ input })).rejects.toMatchObject({
    name: expect.stringMatching(/^(ValidationException|InvalidExecutionInput)$/),
  });
});

clause('refuses a machine that is not there, and what is no ARN', async () => {
  const { start, stateMachineArn } = await machine(pass);
  const absent = start({ stateMachineArn: `${stateMachineArn}-${randomUUID()}` });
  await expect(absent).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
  await expect(start({ stateMachineArn: 'Machine' })).rejects.toMatchObject({ name: 'InvalidArn' });
});

clause('refuses an execution that is not there', async () => {
  const { describe, stateMachineArn } = await machine(pass);
  const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:none`;
  await expect(describe(executionArn)).rejects.toMatchObject({
    name: 'ExecutionDoesNotExist',
    message: `Execution Does Not Exist: '${executionArn}'`,
  });
});

clause('a stopped execution is ABORTED, with error and cause', async () => {
  const { start, stop, describe, history } = await machine(wait);
  const { executionArn } = await start();
  const { stopDate } = await stop(executionArn, { error: 'Preempted', cause: 'compromise' });
  expect(stopDate).toBeInstanceOf(Date);
  expect(await describe(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Preempted', cause: 'compromise' });
  const { events } = await history(executionArn, { reverseOrder: true, maxResults: 1 });
  expect(events).toMatchObject([
    { type: 'ExecutionAborted', executionAbortedEventDetails: { error: 'Preempted', cause: 'compromise' } },
  ]);
});

clause('executions are listed in pages, the newest first, and of one status', async () => {
  const { start, stop, list } = await machine(wait);
  const arns: (string | undefined)[] = [];
  for (const name of ['one', 'two', 'three']) arns.push((await start({ name })).executionArn);
  const names = ({ executions = [] }: { executions?: { name?: string | undefined }[] | undefined }) =>
    executions.map(({ name }) => name);
  const page = await list({ maxResults: 2 });
  const rest = await list({ maxResults: 2, nextToken: page.nextToken });
  expect([names(page), names(rest), rest.nextToken]).toEqual([['three', 'two'], ['one'], undefined]);
  await stop(arns[1]);
  expect(names(await list({ statusFilter: 'ABORTED' }))).toEqual(['two']);
  expect(names(await list({ statusFilter: 'RUNNING' }))).toEqual(['three', 'one']);
  for (const arn of [arns[0], arns[2]]) await stop(arn);
});

clause('refuses a token of a page that it did not give', async () => {
  const { list } = await machine(pass);
  await expect(list({ nextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidToken' });
});

clause('the history of an execution names its states, with and without their data', async () => {
  const { start, ended, history } = await machine(pass);
  const { executionArn } = await start({ input: '{"a":1}' });
  const { events } = await ended(executionArn);
  expect(events).toMatchObject([
    { id: 1, type: 'ExecutionStarted', executionStartedEventDetails: { input: '{"a":1}' } },
    {
      id: 2,
      previousEventId: 0,
      type: 'PassStateEntered',
      stateEnteredEventDetails: { name: 'Only', input: '{"a":1}' },
    },
    {
      id: 3,
      previousEventId: 2,
      type: 'PassStateExited',
      stateExitedEventDetails: { name: 'Only', output: '{"a":1}' },
    },
    { id: 4, previousEventId: 3, type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: '{"a":1}' } },
  ]);
  const bare = await history(executionArn, { includeExecutionData: false });
  expect(JSON.stringify(bare.events)).not.toContain('\\"a\\"');
});

clause('a history is answered in pages, from either end', async () => {
  const { start, ended, history } = await machine(pass);
  const { executionArn } = await start();
  await ended(executionArn);
  const ids = ({ events = [] }: { events?: { id?: number | undefined }[] | undefined }) => events.map(({ id }) => id);
  const page = await history(executionArn, { maxResults: 3, reverseOrder: true });
  expect(ids(page)).toEqual([4, 3, 2]);
  expect(ids(await history(executionArn, { reverseOrder: true, nextToken: page.nextToken }))).toEqual([1]);
});

clause('a machine describes itself', async () => {
  const { stateMachineArn } = await machine(pass);
  const described = await machines().client.send(new DescribeStateMachineCommand({ stateMachineArn }));
  expect(described).toMatchObject({ stateMachineArn, status: 'ACTIVE', type: 'STANDARD' });
  expect(JSON.parse(described.definition ?? '')).toEqual(pass);
});

clause('a Wait is over after its seconds, and at a time that is past', async () => {
  expect(await resultOf(only({ Type: 'Wait', SecondsPath: '$.s' }), { s: 1 })).toMatchObject({ status: 'SUCCEEDED' });
  expect(await resultOf(only({ Type: 'Wait', Timestamp: '2025-01-02T00:00:00Z' }))).toMatchObject({
    status: 'SUCCEEDED',
  });
});

clause('a Fail names its error and its cause', async () => {
  const fail = (state: object) => resultOf({ StartAt: 'End', States: { End: { Type: 'Fail', ...state } } }, { e: 'E' });
  expect(await fail({ Error: 'Refused', Cause: 'because' })).toEqual({
    status: 'FAILED',
    error: 'Refused',
    cause: 'because',
  });
  expect(await fail({ ErrorPath: '$.e', CausePath: "States.Format('of {}', $.e)" })).toEqual({
    status: 'FAILED',
    error: 'E',
    cause: 'of E',
  });
});

clause('a Fail may name neither', async () => {
  const { events, ...result } = await execute({ StartAt: 'End', States: { End: { Type: 'Fail' } } });
  expect(result).toEqual({ status: 'FAILED' });
  expect(events.map(({ type }) => type)).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed']);
});

clause('a machine that runs longer than its TimeoutSeconds is TIMED_OUT', async () => {
  expect((await resultOf({ ...only({ Type: 'Wait', Seconds: 5 }), TimeoutSeconds: 1 })).status).toBe('TIMED_OUT');
});
