import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { gatewaysIn } from '../../lambdas/store/gateways.ts';
import { type Records, recordsIn } from '../../lambdas/store/records.ts';
import { gateway, openEmulated } from './emulated.ts';

let emulated: Awaited<ReturnType<typeof openEmulated>>;
let records: Records;
let publishes = true;
beforeAll(async () => {
  emulated = await openEmulated();
  records = recordsIn(emulated.dynamodb, 'table');
});
afterAll(() => emulated.close());

const publish = async (): Promise<void> => {
  if (!publishes) throw new Error('The bus does not answer.');
};
const gatewaysOf = () => gatewaysIn(emulated.dynamodb, 'table', publish, () => 1_000);

it('all gateways are found, more than one answer of DynamoDB names', async () => {
  const gateways = gatewaysOf();
  const ids = Array.from({ length: 130 }, (_, index) => `gateway-${index}`);
  for (const id of ids) await gateways.register(gateway(id));
  expect((await records.all()).map(({ gatewayId }) => gatewayId).toSorted()).toEqual(ids.toSorted());
});

it('the latest transitions are newest first, those not yet published counted in, each once', async () => {
  const gatewayId = 'orders' as GatewayId;
  const gateways = gatewaysOf();
  await gateways.register(gateway(gatewayId));
  const latest = async (limit: number) => {
    const found = await records.read(gatewayId);
    return found ? (await records.latest(found, limit)).map(({ reason }) => reason) : [];
  };
  for (const reason of ['one', 'two', 'three']) {
    publishes = reason !== 'three';
    await gateways.apply(gatewayId, { kind: 'repair', actor: 'alice', reason }).catch(() => undefined);
  }
  expect(await latest(2)).toEqual(['three', 'two']);
  expect(await latest(99)).toEqual(['three', 'two', 'one']);
});
