import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordsIn } from '../../lambdas/aws/records.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import type { Records } from '../../lambdas/ports.ts';
import { gatewaysIn } from '../../lambdas/wiring/gateways.ts';
import { gateway, openEmulated } from './emulated.ts';

let emulated: Awaited<ReturnType<typeof openEmulated>>;
let records: Records;
beforeAll(async () => {
  emulated = await openEmulated();
  records = recordsIn(emulated.dynamodb, emulated.table);
});
afterAll(() => emulated.close());

const gatewaysOf = () =>
  gatewaysIn(
    emulated.dynamodb,
    emulated.table,
    async () => undefined,
    () => 1_000,
  );

it('all gateways are found, more than one answer of DynamoDB names', async () => {
  const gateways = gatewaysOf();
  const ids = Array.from({ length: 130 }, (_, index) => `gateway-${index}`);
  for (const id of ids) await gateways.register(gateway(id));
  expect((await records.all()).map(({ gatewayId }) => gatewayId).toSorted()).toEqual(ids.toSorted());
});

it('the latest transitions are newest first, those still in the outbox counted in, each once', async () => {
  const gatewayId = 'orders' as GatewayId;
  const gateways = gatewaysOf();
  await gateways.register(gateway(gatewayId));
  for (const reason of ['one', 'two']) await gateways.apply(gatewayId, { kind: 'repair', actor: 'alice', reason });
  const stored = await records.read(gatewayId);
  const entry = (revision: number, reason: string) => ({
    revision,
    kind: 'repair',
    atMs: 1_000,
    actor: 'alice',
    reason,
  });
  const record = { ...gateway(gatewayId), ...stored, outbox: [entry(3, 'two'), entry(4, 'three'), entry(5, 'four')] };
  const latest = async (limit: number) => (await records.latest(record, limit)).map(({ reason }) => reason);
  expect(stored?.revision).toBe(3);
  expect(await latest(99)).toEqual(['four', 'three', 'two', 'one']);
  expect(await latest(3)).toEqual(['four', 'three', 'two']);
});
