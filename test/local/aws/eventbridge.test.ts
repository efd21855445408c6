import {
  DescribeEventBusCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  PutEventsCommand,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BusEvent, createEventBridge } from '../../../lib/local/aws/eventbridge.ts';
import { type Running, runEndpoint } from './running-endpoint.ts';

let running: Running;
let client: EventBridgeClient;
let events: BusEvent[];

beforeEach(async () => {
  events = [];
  const service = createEventBridge({
    region: 'us-east-1',
    buses: ['gateways'],
    clock: () => Date.UTC(2026, 0, 1),
    onEvent: async (event) => {
      events.push(event);
    },
  });
  running = await runEndpoint([service]);
  client = new EventBridgeClient(running.clientOptions);
});

afterEach(async () => {
  client.destroy();
  await running.close();
});

const entry = {
  Source: 'gateway-rotation',
  DetailType: 'Held',
  Detail: '{"gatewayId":"gw-1"}',
  EventBusName: 'gateways',
};

test('an event reaches the listener with its bus, source and detail', async () => {
  const { Entries, FailedEntryCount } = await client.send(new PutEventsCommand({ Entries: [entry] }));

  expect(FailedEntryCount).toBe(0);
  expect(events).toEqual([
    {
      id: Entries?.[0]?.EventId,
      busName: 'gateways',
      source: 'gateway-rotation',
      detailType: 'Held',
      detail: { gatewayId: 'gw-1' },
      resources: [],
      atMs: Date.UTC(2026, 0, 1),
    },
  ]);
});

test('a bad entry fails alone', async () => {
  const { Entries, FailedEntryCount } = await client.send(
    new PutEventsCommand({
      Entries: [
        entry,
        { ...entry, EventBusName: 'absent' },
        { ...entry, Detail: '[1]' },
        { ...entry, Source: 'aws.ec2' },
        { DetailType: 'Held', Detail: '{}' },
      ],
    }),
  );

  expect(FailedEntryCount).toBe(4);
  expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    'ResourceNotFoundException',
    'MalformedDetail',
    'NotAuthorizedForSourceException',
    'InvalidArgument',
  ]);
  expect(events).toHaveLength(1);
});

test('refuses more than ten entries, and more than 256 KiB', async () => {
  const many = new PutEventsCommand({ Entries: Array.from({ length: 11 }, () => entry) });
  const large = new PutEventsCommand({ Entries: [{ ...entry, Detail: `{"a":"${'d'.repeat(262_144)}"}` }] });

  await expect(client.send(many)).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(client.send(large)).rejects.toMatchObject({ name: 'ValidationException' });
  expect(events).toEqual([]);
});

test('buses are those of the deployment and the default one', async () => {
  const { EventBuses } = await client.send(new ListEventBusesCommand({}));
  const { Arn } = await client.send(new DescribeEventBusCommand({ Name: 'gateways' }));

  expect(EventBuses?.map(({ Name }) => Name)).toEqual(['default', 'gateways']);
  expect(Arn).toBe('arn:aws:events:us-east-1:000000000000:event-bus/gateways');
  await expect(client.send(new DescribeEventBusCommand({ Name: 'absent' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('refuses an operation that is not emulated', async () => {
  const rule = new PutRuleCommand({ Name: 'all', EventPattern: '{}' });

  await expect(client.send(rule)).rejects.toMatchObject({ name: 'UnknownOperationException' });
});
