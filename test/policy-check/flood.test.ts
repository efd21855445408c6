import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GatewayView } from '../../lambdas/console/view/views.ts';
import type { CredentialId } from '../../lambdas/domain/ids.ts';
import type { Use } from '../../lambdas/domain/kit.ts';
import { type UseSource, usePlaceOf } from '../../lambdas/domain/use-places.ts';
import { evidenceHead } from '../../lambdas/evidence-export/evidence-schema.ts';
import { boundedMap } from '../../lambdas/runtime/bounded-map.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { all } from '../aws/emulated.ts';
import { gatewayId, manualKit, openRotated, type System } from '../support/system.ts';
import { event } from './fixtures.ts';

/*
 * Somebody holds the live credential and asks under kits that nobody registered, nodes, and addresses of a /48 of IPv6 that is
 * all his. Of twenty thousand names he asks under those that meet in eight of the places, which fills them twelve times
 * sooner than all of them; so a test that goes through the real handlers is short.
 */

let system: System;
let value: string;
let credentialId: CredentialId;
/** Asked again when it could not be answered: a machine under load says nothing. */
const present = async (credential: string, path: object, address: string, tries = 5): Promise<unknown> => {
  const request = event({ 'CLIENT-TOKEN': credential }, { gatewayId, ...path }, address);
  try {
    const { policyDocument } = (await system.call('authorize', request)) as {
      policyDocument: { Statement: [{ Effect: string }] };
    };
    return policyDocument.Statement[0].Effect;
  } catch (error) {
    if (tries > 1 && error instanceof Error && error.name === 'TemporarilyUnavailable')
      return present(credential, path, address, tries - 1);
    throw error;
  }
};

const isInFullPlace = (source: UseSource): boolean => /^source\/[0-7]$/.test(usePlaceOf(source, 'source').place);

const sourceOfIndex = (index: number): UseSource => {
  const address = `2001:db8:7:${(index >> 8).toString(16)}::${(index & 0xff).toString(16)}`;
  const names = [{ kitId: `x-${index}` }, { kitId: 'one', node: `n-${index}` }, { kitId: `y-${index}`, node: 'a' }, {}];
  return { ...names[index % names.length], address };
};
const hostile = Array.from({ length: 20_000 }, (_, index) => sourceOfIndex(index)).filter(isInFullPlace);

const flood = (sources: readonly UseSource[]): Promise<unknown> =>
  boundedMap(sources, 8, ({ address, ...path }) => present(value, path, address));

const usesOf = (id: CredentialId): Promise<Use[]> => all(system.deployment.stores.uses.ofCredential(gatewayId, id, 0));

const itemsOfUse = async (): Promise<number> => {
  const { operator, outputs } = system.deployment.cloud;
  const client = new DynamoDBClient(clientSettings({ environment: operator }));
  let items = 0;
  for await (const page of paginateScan({ client }, { TableName: outputs.useTable })) items += page.Items?.length ?? 0;
  client.destroy();
  return items;
};

const shown = async (): Promise<GatewayView> =>
  (await system.call('console', { view: 'gateway', gatewayId, format: 'json' })) as GatewayView;

beforeAll(async () => {
  system = await openRotated({ kits: [manualKit('one'), manualKit('two')] });
  const [live] = (await system.gateway()).live;
  if (!live) throw new Error('No credential is live.');
  credentialId = live.credentialId;
  value = await system.credentialOf(live);
  expect(await present(value, { kitId: 'one' }, '192.0.2.1')).toBe('Allow');
  await flood(hostile.slice(200));
}, 120_000);
afterAll(() => system.close());

test('whatever he calls himself, there are no more items than places, and his use is recorded with his kit or his network', async () => {
  expect(await itemsOfUse()).toBeLessThan(40);
  const uses = await usesOf(credentialId);
  expect(uses.length).toBeLessThan(8 * 32 + 8 * 32 + 10);
  const many = uses.filter(({ areMany }) => areMany);
  expect(new Set(many.map(({ kitId, address }) => `${kitId} ${address}`))).toEqual(
    new Set(['one many-others', 'undefined many in 2001:db8:7::/48']),
  );
  expect(hostile.length).toBeGreaterThan(1_000);
});

test('registered kits keep their evidence by source while the flood goes on: who had a place, and who comes only now', async () => {
  await system.timers.advance(2_000);
  await flood(hostile.slice(0, 100));
  const late = Array.from({ length: 250 }, (_, index) => `198.51.100.${index}`).filter((address) =>
    isInFullPlace({ kitId: 'two', address }),
  );
  expect(late.length).toBeGreaterThan(5);
  expect(await present(value, { kitId: 'one' }, '192.0.2.1')).toBe('Allow');
  for (const address of late) expect(await present(value, { kitId: 'two' }, address)).toBe('Allow');
  const uses = await usesOf(credentialId);
  const lastUsedAtMs = system.timers.now();
  expect(uses.filter(({ address, node }) => address === '192.0.2.1' && !node)).toMatchObject([
    { kitId: 'one', lastUsedAtMs },
  ]);
  const two = uses.filter(({ kitId }) => kitId === 'two');
  expect(two.map(({ address }) => address).sort()).toEqual(late.toSorted());
  expect(two.every((use) => use.firstUsedAtMs === lastUsedAtMs && use.lastUsedAtMs === lastUsedAtMs)).toBe(true);
});

test('the console names the many in plain words, with their times, and how many more there are', async () => {
  const { unregistered, moreUnregistered } = await shown();
  expect(unregistered).toHaveLength(50);
  expect(unregistered.find(({ areMany }) => areMany)).toMatchObject({
    address: 'many in 2001:db8:7::/48',
    credentialId,
  });
  expect(moreUnregistered).toBeGreaterThan(50);
});

test('the use of many holds the revocation up; then the quiet of all is proven, and evidence names the latest', async () => {
  await system.start({ gatewayId, reason: 'quarterly' });
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  const { live, rotation } = await system.gateway();
  const young = await system.credentialOf(live.find((one) => one.credentialId !== credentialId) ?? { versionId: '' });
  for (const kitId of ['one', 'two']) expect(await present(young, { kitId }, '192.0.2.1')).toBe('Allow');
  await system.acknowledgeAll();
  await flood(hostile.slice(100, 200));
  const ofMany = (await usesOf(credentialId)).filter(({ areMany, kitId }) => areMany && !kitId);
  expect(ofMany).toMatchObject([{ lastUsedAtMs: system.timers.now() }]);
  const retired = await system.call('operate', {
    ...{ command: 'retire-source', gatewayId, kitId: 'one', source: 'many-others', actor: 'ann', reason: 'hostile' },
  });
  expect(retired).toMatchObject({ result: 'DONE' });
  await system.until((gateway) => gateway.rotation === undefined);
  const { revoked } = await system.gateway();
  expect(revoked.at(-1)).toMatchObject({ credentialId, cause: 'RETIRED' });
  expect(revoked.at(-1)?.revokedAtMs).toBeGreaterThan((ofMany[0]?.lastUsedAtMs ?? 0) + 4_000); // the quiet window
  const { record } = evidenceHead.parse(await system.call('evidence', { rotationId: rotation?.rotationId }));
  expect(record.oldCredentialUses.some(({ address }) => address === 'many in 2001:db8:7::/48')).toBe(true);
  expect(record.notProven.join()).toContain('More sources used a retired credential than are told apart');
});
