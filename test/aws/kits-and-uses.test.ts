import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kitsIn } from '../../lambdas/aws/kits.ts';
import { recordUse, usesIn } from '../../lambdas/aws/uses.ts';
import type { CredentialId, GatewayId, KitId, RotationId } from '../../lambdas/domain/ids.ts';
import type { KitWork } from '../../lambdas/domain/kit.ts';
import { all, kit, openEmulated } from './emulated.ts';

const gatewayId = 'orders' as GatewayId;
const credentialId = 'abcdefghij' as CredentialId;
const work = (generation: number, state: KitWork['state']): KitWork => ({
  rotationId: `00000000-0000-4000-8000-00000000000${generation}` as RotationId,
  generation,
  credentialId,
  state,
  attempts: 1,
  changedAtMs: 5_000,
});

let emulated: Awaited<ReturnType<typeof openEmulated>>;
beforeAll(async () => {
  emulated = await openEmulated();
});
afterAll(() => emulated.close());

describe('The kits', () => {
  it('keep the state of distribution when the registry changes the kit', async () => {
    const kits = kitsIn(emulated.dynamodb, emulated.table);
    await kits.save(kit('kept'), 1);
    expect(await kits.saveWork(kit('kept'), work(1, 'INSTALLED'), 1)).toBe(true);
    await kits.save({ ...kit('kept'), owner: 'team-new' }, 1);
    expect(await all(kits.ofShard(gatewayId, 0, 1))).toMatchObject([
      { kitId: 'kept', owner: 'team-new', work: { state: 'INSTALLED' } },
    ]);
  });

  it('refuse the write of a pre-empted run, and take a repeated one of the same run (invariant 3)', async () => {
    const kits = kitsIn(emulated.dynamodb, emulated.table);
    await kits.save(kit('fenced'), 1);
    const claimed = { ...kit('fenced'), work: work(8, 'PENDING') };
    expect(await kits.saveWork(kit('fenced'), claimed.work, 1)).toBe(true);
    expect(await kits.saveWork(claimed, work(7, 'INSTALLED'), 1)).toBe(false);
    expect(await kits.replaceWork(claimed, work(7, 'PENDING'), 1)).toBe(false);
    expect(await kits.saveWork(claimed, work(8, 'INSTALLED'), 1)).toBe(true);
  });

  it('refuse a write over what somebody has changed since it was read, and know their own after a lost answer', async () => {
    const kits = kitsIn(emulated.dynamodb, emulated.table);
    await kits.save(kit('read'), 1);
    const read = { ...kit('read'), work: work(1, 'INSTALLED') };
    expect(await kits.saveWork(kit('read'), read.work, 1)).toBe(true);
    expect(await kits.saveWork(kit('read'), read.work, 1)).toBe(true); // the answer to the first was lost
    const readBack = { ...read.work, readBack: { matches: true, atMs: 6_000 } };
    expect(await kits.replaceWork(read, work(1, 'PENDING'), 1)).toBe(true); // an operator wants it given again
    expect(await kits.saveWork(read, readBack, 1)).toBe(false);
    expect(await kits.saveWork(kit('read'), readBack, 1)).toBe(false);
    expect(await all(kits.ofShard(gatewayId, 0, 1))).toContainEqual({ ...read, work: work(1, 'PENDING') });
  });

  it('refuse work and acknowledgements for a kit that is not registered', async () => {
    const kits = kitsIn(emulated.dynamodb, emulated.table);
    expect(await kits.saveWork(kit('unknown'), work(1, 'PENDING'), 1)).toBe(false);
    expect(await kits.acknowledge(gatewayId, 'unknown' as KitId, { credentialId, actor: 'ann', atMs: 1 }, 1)).toBe(
      false,
    );
  });

  it('pass over retired kits, and over copies that a change of the shard count left', async () => {
    const kits = kitsIn(emulated.dynamodb, emulated.table);
    const other = 'sharded' as GatewayId;
    await kits.save({ ...kit('alpha'), gatewayId: other }, 1);
    await kits.save({ ...kit('beta'), gatewayId: other, retiredAtMs: 9 }, 1);
    await kits.save({ ...kit('alpha'), gatewayId: other }, 4);
    const found = [];
    for (let shard = 0; shard < 4; shard++) found.push(...(await all(kits.ofShard(other, shard, 4))));
    expect(found.map(({ kitId }) => kitId)).toEqual(['alpha']);
    expect((await all(kits.all(other, 1))).map(({ kitId }) => kitId).sort()).toEqual(['alpha', 'beta']);
  });

  it('read a shard over as many pages as there are', async () => {
    const kits = kitsIn(emulated.dynamodb, emulated.table);
    const large = 'large' as GatewayId;
    for (let index = 0; index < 6; index++)
      await kits.save({ ...kit(`kit-${index}`), gatewayId: large, settings: { text: 'x'.repeat(300_000) } }, 1);
    expect(await all(kits.ofShard(large, 0, 1))).toHaveLength(6);
  });
});

describe('The use of credentials', () => {
  it('keeps the first time and moves the last', async () => {
    const seen = { gatewayId, credentialId, shard: 0, source: { kitId: 'kong', address: '127.0.0.2' } };
    await recordUse(emulated.dynamodb, emulated.table, seen, 1_000);
    await recordUse(emulated.dynamodb, emulated.table, seen, 9_000);
    expect(await all(usesIn(emulated.dynamodb, emulated.table).ofCredential(gatewayId, credentialId, 0))).toEqual([
      { credentialId, kitId: 'kong', address: '127.0.0.2', firstUsedAtMs: 1_000, lastUsedAtMs: 9_000 },
    ]);
  });

  it('tells sources apart, and keeps a probe out of them', async () => {
    const uses = usesIn(emulated.dynamodb, emulated.table);
    const other = 'otherother' as CredentialId;
    await recordUse(
      emulated.dynamodb,
      emulated.table,
      { gatewayId, credentialId: other, shard: 0, source: { address: '10.0.0.9' } },
      1_000,
    );
    await recordUse(
      emulated.dynamodb,
      emulated.table,
      { gatewayId, credentialId: other, shard: 0, source: { probe: 'hash-of-nonce' } },
      2_000,
    );
    expect(await all(uses.ofCredential(gatewayId, other, 0))).toEqual([
      { credentialId: other, address: '10.0.0.9', firstUsedAtMs: 1_000, lastUsedAtMs: 1_000 },
    ]);
    expect(await uses.sawProbe(gatewayId, other, 'hash-of-nonce')).toBe(true);
    expect(await uses.sawProbe(gatewayId, other, 'another')).toBe(false);
  });
});
