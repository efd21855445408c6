import { beforeEach, describe, expect, test } from 'vitest';
import { type NodeOutcome, runCommand } from '../../../lib/emulator/ssm/run-command.ts';
import { createSsm } from '../../../lib/emulator/ssm/ssm.ts';
import { AwsError } from '../../../lib/emulator/wire/service.ts';

const instanceId = 'i-0123456789abcdef0';
const document = { name: 'own', versions: 1, parameters: { Text: /^[a-z]+$/ } };
const given = { DocumentName: 'own', Parameters: { Text: ['abc'] } };

let outcomes: NodeOutcome[];
let running: ReturnType<typeof runCommand>;
let atMs: number;
const call = (operation: string, input: Record<string, unknown>) =>
  createSsm(running.calls).call(operation, input, { name: 'operator' });
const send = (more: object) => call('SendCommand', { ...given, ...more });
const listed = async (input: object = {}) => (await call('ListCommands', { ...input })).Commands;

beforeEach(() => {
  outcomes = [];
  atMs = 1_700_000_000_000;
  const node = { instanceId, tags: { kit: 'edge' }, run: () => outcomes.shift() ?? 'Success' };
  running = runCommand({ clock: () => atMs, documents: [document], nodes: [node] });
});

describe('a command', () => {
  test('is pending when it is answered, and then as its nodes say', async () => {
    outcomes = ['InProgress', 'Success'];
    expect(await send({ InstanceIds: [instanceId] })).toMatchObject({ Command: { Status: 'Pending', TargetCount: 1 } });
    expect(await listed()).toMatchObject([{ Status: 'InProgress', CompletedCount: 0 }]);
    running.settle();
    expect(await listed()).toMatchObject([{ Status: 'Success', CompletedCount: 1, ErrorCount: 0 }]);
  });

  test.each([
    ['Failed', { Status: 'Failed', ErrorCount: 1 }],
    ['DeliveryTimedOut', { Status: 'TimedOut', DeliveryTimedOutCount: 1 }],
  ] as const)('ends badly where a node says %s', async (outcome, shown) => {
    outcomes = [outcome];
    await send({ InstanceIds: [instanceId] });
    expect(await listed()).toMatchObject([shown]);
  });

  test('to a tag that no node has succeeds on none', async () => {
    await send({ Targets: [{ Key: 'tag:kit', Values: ['other'] }] });
    expect(await listed()).toMatchObject([{ Status: 'Success', TargetCount: 0 }]);
  });

  test('is found by its id, its document and its time, the latest first, a page at a time', async () => {
    const first = await send({ InstanceIds: [instanceId], Comment: 'first' });
    atMs += 60_000;
    await send({ InstanceIds: [instanceId], Comment: 'second' });
    expect(await listed()).toMatchObject([{ Comment: 'second' }, { Comment: 'first' }]);
    const { CommandId } = first.Command as { CommandId: string };
    expect(await listed({ CommandId })).toMatchObject([{ Comment: 'first' }]);
    const InvokedAfter = { key: 'InvokedAfter', value: '2023-11-14T22:14:00Z' };
    expect(await listed({ Filters: [InvokedAfter] })).toMatchObject([{ Comment: 'second' }]);
    expect(await listed({ Filters: [{ key: 'DocumentName', value: 'other' }] })).toEqual([]);
    const page = await call('ListCommands', { MaxResults: 1 });
    expect(page).toMatchObject({ Commands: [{ Comment: 'second' }] });
    expect(await listed({ MaxResults: 1, NextToken: page.NextToken })).toMatchObject([{ Comment: 'first' }]);
  });
});

test.each([
  [{ DocumentName: 'other', InstanceIds: [instanceId] }, 'InvalidDocument'],
  [{ DocumentVersion: '2', InstanceIds: [instanceId] }, 'InvalidDocumentVersion'],
  [{ InstanceIds: ['i-00000000'] }, 'InvalidInstanceId'],
  [{}, 'InvalidInstanceId'],
  [{ InstanceIds: [instanceId], Parameters: {} }, 'InvalidParameters'],
  [{ InstanceIds: [instanceId], Parameters: { Text: ['ABC'] } }, 'InvalidParameters'],
  [{ InstanceIds: [instanceId], Parameters: { Text: ['abc'], More: ['x'] } }, 'InvalidParameters'],
  [{ InstanceIds: [instanceId], Comment: 'x'.repeat(101) }, 'ValidationException'],
  [{ InstanceIds: [instanceId], TimeoutSeconds: 29 }, 'ValidationException'],
])('refuses %j', async (more, name) => {
  const error: unknown = await send(more).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AwsError);
  expect(error).toMatchObject({ name });
  expect(running.sent).toEqual([]);
});
