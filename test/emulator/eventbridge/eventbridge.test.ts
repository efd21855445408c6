import { EventBridgeClient, PutEventsCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BusEvent, createEventBridge } from '../../../lib/emulator/eventbridge/eventbridge.ts';
import { type Running, runEndpoint } from '../endpoint/running-endpoint.ts';

// What holds on AWS too is in test/conformance/events.test.ts; here is what the listener sees.

let running: Running;
let client: EventBridgeClient;
let events: BusEvent[];

beforeEach(async () => {
  events = [];
  const service = createEventBridge({
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

test('no event that is refused, or for a bus that is not there, reaches the listener', async () => {
  const refused = [
    { ...entry, EventBusName: 'absent' },
    { ...entry, Detail: '[1]' },
  ];
  await client.send(new PutEventsCommand({ Entries: refused }));
  await client.send(new PutEventsCommand({ Entries: Array(11).fill(entry) })).catch(() => undefined);

  expect(events).toEqual([]);
});

test('refuses an operation that is not emulated', async () => {
  const rule = new PutRuleCommand({ Name: 'all', EventPattern: '{}' });

  await expect(client.send(rule)).rejects.toMatchObject({ name: 'UnknownOperationException' });
});
