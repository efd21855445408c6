import { randomUUID } from 'node:crypto';
import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DescribeEventBusCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect } from 'vitest';
import { createEventBridge } from '../../lib/emulator/eventbridge/eventbridge.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { contractOf } from './contract.ts';

const EventBusName = `gateways-${randomUUID()}`;
const { clause, clientOptions } = contractOf('events', () =>
  runEndpoint([createEventBridge({ buses: [EventBusName], clock: Date.now, onEvent: async () => undefined })]),
);

let client: EventBridgeClient;
beforeAll(async () => {
  client = new EventBridgeClient(clientOptions());
  const create = new CreateEventBusCommand({ Name: EventBusName });
  await client.send(create).catch((error: Error) => {
    if (error.name !== 'ResourceAlreadyExistsException') throw error;
  });
});
afterAll(() => client.destroy());

const entry = { Source: 'gateway-rotation', DetailType: 'Held', Detail: '{"gatewayId":"orders"}', EventBusName };
const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }));
const codes = async (...entries: PutEventsRequestEntry[]) =>
  (await put(...entries)).Entries?.map(({ ErrorCode }) => ErrorCode);
const notFound = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } };
const invalid = { name: 'ValidationException', $metadata: { httpStatusCode: 400 } };

clause('each event of a request gets an id of its own', async () => {
  const { Entries, FailedEntryCount } = await put(entry, entry);
  expect(FailedEntryCount).toBe(0);
  expect(new Set(Entries?.map(({ EventId }) => EventId)).size).toBe(2);
  for (const one of Entries ?? []) expect(one.EventId).toMatch(/^[0-9a-f-]{36}$/);
});

clause('a bus is named by its name or its ARN, and none is the default one', async () => {
  const { Arn } = await client.send(new DescribeEventBusCommand({ Name: EventBusName }));
  expect(Arn).toMatch(new RegExp(`^arn:aws:events:us-east-1:\\d{12}:event-bus/${EventBusName}$`));
  const { EventBusName: _, ...toDefault } = entry;
  expect(await codes({ ...entry, EventBusName: Arn }, toDefault)).toEqual([undefined, undefined]);
});

clause('an entry without source, detail type or detail fails alone', async () => {
  const { Source: _s, ...noSource } = entry;
  const { DetailType: _t, ...noType } = entry;
  const { Detail: _d, ...noDetail } = entry;
  expect(await codes(entry, noSource, noType, noDetail)).toEqual([
    undefined,
    'InvalidArgument',
    'InvalidArgument',
    'InvalidArgument',
  ]);
});

clause('an entry whose detail is no JSON object fails alone', async () => {
  expect(await codes({ ...entry, Detail: 'text' }, { ...entry, Detail: '[1]' }, entry)).toEqual([
    'MalformedDetail',
    'MalformedDetail',
    undefined,
  ]);
});

clause('an entry in the name of an AWS service fails alone', async () => {
  expect(await codes({ ...entry, Source: 'aws.ec2' }, entry)).toEqual(['NotAuthorizedForSourceException', undefined]);
});

clause('an event for a bus that is not there is taken, and gone', async () => {
  expect(await codes({ ...entry, EventBusName: 'absent' }, entry)).toEqual([undefined, undefined]);
});

clause('refuses no entries, and more than ten', async () => {
  await expect(put()).rejects.toMatchObject(invalid);
  await expect(put(...Array.from({ length: 11 }, () => entry))).rejects.toMatchObject(invalid);
});

clause('refuses a request of more than 256 KiB', async () => {
  await expect(put({ ...entry, Detail: `{"a":"${'d'.repeat(262_144)}"}` })).rejects.toMatchObject({
    $metadata: { httpStatusCode: expect.toSatisfy((status: number) => status === 400 || status === 413) },
  });
});

clause('buses are listed, the default one among them', async () => {
  const { EventBuses } = await client.send(new ListEventBusesCommand({}));
  expect(EventBuses?.map(({ Name }) => Name)).toEqual(expect.arrayContaining(['default', EventBusName]));
});

clause('refuses to describe a bus that is not there', async () => {
  await expect(client.send(new DescribeEventBusCommand({ Name: 'absent' }))).rejects.toMatchObject(notFound);
});

clause('a bus is deleted and made again; another of its name is refused', async () => {
  await client.send(new DeleteEventBusCommand({ Name: EventBusName }));
  await expect(client.send(new DescribeEventBusCommand({ Name: EventBusName }))).rejects.toMatchObject(notFound);
  await client.send(new CreateEventBusCommand({ Name: EventBusName }));
  await expect(client.send(new CreateEventBusCommand({ Name: EventBusName }))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  });
  expect(await codes(entry)).toEqual([undefined]);
});
