import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kitsIn } from '../../lambdas/aws/kits.ts';
import { recordRefusal, recordUse } from '../../lambdas/aws/record-use.ts';
import { itemCallsOf } from '../../lambdas/aws/sdk-item-calls.ts';
import { usesIn } from '../../lambdas/aws/uses.ts';
import type { CredentialId, GatewayId, KitId, RotationId } from '../../lambdas/domain/ids.ts';
import type { KitWork } from '../../lambdas/domain/kit.ts';
import { type UseSource, usePlaceOf } from '../../lambdas/domain/use-places.ts';
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

  it('keep the sources that a person declared gone, whatever the registry changes', async () => {
    const kits = kitsIn(emulated.dynamodb, emulated.table);
    const other = 'declared' as GatewayId;
    const silent = { ...kit('pods'), gatewayId: other };
    const gone = { source: '10.0.0.2', actor: 'ann', reason: 'the pod was replaced', atMs: 7_000 };
    await kits.save(silent, 1);
    expect(await kits.saveRetiredSources(silent, [gone], 1)).toBe(true);
    await kits.save({ ...silent, owner: 'team-new' }, 1);
    expect(await all(kits.ofShard(other, 0, 1))).toMatchObject([{ owner: 'team-new', retiredSources: [gone] }]);
  });

  it('refuse sources declared gone of a kit that is not registered, and over a decision that was not read', async () => {
    const kits = kitsIn(emulated.dynamodb, emulated.table);
    const gone = (source: string) => ({ source, actor: 'ann', reason: 'replaced', atMs: 7_000 });
    expect(await kits.saveRetiredSources(kit('unknown'), [gone('10.0.0.2')], 1)).toBe(false);
    await kits.save(kit('contended'), 1);
    expect(await kits.saveRetiredSources(kit('contended'), [gone('10.0.0.2')], 1)).toBe(true);
    expect(await kits.saveRetiredSources(kit('contended'), [gone('10.0.0.3')], 1)).toBe(false);
    const read = { ...kit('contended'), retiredSources: [gone('10.0.0.2')] };
    expect(await kits.saveRetiredSources(read, [gone('10.0.0.3'), gone('10.0.0.2')], 1)).toBe(true);
  });

  it('are marked as reverted, and not any more', async () => {
    const kits = kitsIn(emulated.dynamodb, emulated.table);
    const other = 'set-back' as GatewayId;
    const back = { ...kit('back'), gatewayId: other };
    const reverted = { credentialId, sources: ['10.0.0.2'], lastUsedAtMs: 9_000, toldAtMs: 9_500 };
    expect(await kits.saveReverted(back, reverted, 1)).toBe(false);
    await kits.save(back, 1);
    expect(await kits.saveReverted(back, reverted, 1)).toBe(true);
    expect(await all(kits.ofShard(other, 0, 1))).toMatchObject([{ reverted }]);
    await kits.saveReverted(back, undefined, 1);
    expect((await all(kits.ofShard(other, 0, 1)))[0]).not.toHaveProperty('reverted');
  });

  it('keep the wave that they were chosen for, whatever the registry changes; refuse one of a pre-empted run', async () => {
    const kits = kitsIn(emulated.dynamodb, emulated.table);
    const wave = { rotationId: work(8, 'PENDING').rotationId, number: 1 };
    expect(await kits.saveWave(kit('nobody'), wave, 8, 1)).toBe(false);
    await kits.save(kit('waved'), 1);
    expect(await kits.saveWave(kit('waved'), wave, 8, 1)).toBe(true);
    await kits.saveWork(kit('waved'), work(8, 'PENDING'), 1);
    expect(await kits.saveWave(kit('waved'), { ...wave, number: 2 }, 7, 1)).toBe(false);
    await kits.save({ ...kit('waved'), owner: 'team-new' }, 1);
    expect(await all(kits.ofShard(gatewayId, 0, 1))).toContainEqual(
      expect.objectContaining({ kitId: 'waved', owner: 'team-new', wave }),
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
    await recordUse(itemCallsOf(emulated.dynamodb), emulated.table, seen, 1_000);
    await recordUse(itemCallsOf(emulated.dynamodb), emulated.table, seen, 9_000);
    expect(await all(usesIn(emulated.dynamodb, emulated.table).ofCredential(gatewayId, credentialId, 0))).toEqual([
      { credentialId, kitId: 'kong', address: '127.0.0.2', firstUsedAtMs: 1_000, lastUsedAtMs: 9_000 },
    ]);
  });

  it('tells sources apart, and keeps a probe out of them', async () => {
    const uses = usesIn(emulated.dynamodb, emulated.table);
    const other = 'otherother' as CredentialId;
    await recordUse(
      itemCallsOf(emulated.dynamodb),
      emulated.table,
      { gatewayId, credentialId: other, shard: 0, source: { address: '10.0.0.9' } },
      1_000,
    );
    await recordUse(
      itemCallsOf(emulated.dynamodb),
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

  it('keeps what was refused apart: the last use of a credential stays what it was', async () => {
    const uses = usesIn(emulated.dynamodb, emulated.table);
    const gone = 'gonegonego' as CredentialId;
    const seen = { gatewayId, credentialId: gone, shard: 0, source: { kitId: 'kong', address: '127.0.0.2' } };
    await recordUse(itemCallsOf(emulated.dynamodb), emulated.table, seen, 1_000);
    await recordUse(itemCallsOf(emulated.dynamodb), emulated.table, { ...seen, isRefused: true }, 9_000);
    expect(await all(uses.ofCredential(gatewayId, gone, 0))).toMatchObject([{ lastUsedAtMs: 1_000 }]);
    expect(await all(uses.refusals(gatewayId, gone))).toEqual([
      { credentialId: gone, kitId: 'kong', address: '127.0.0.2', firstUsedAtMs: 9_000, lastUsedAtMs: 9_000 },
    ]);
  });

  it('keeps beside a source when it was refused, and refuses that for whoever has not used the credential', async () => {
    const uses = usesIn(emulated.dynamodb, emulated.table);
    const used = 'usedused00' as CredentialId;
    const refuse = (source: UseSource, nowMs: number) =>
      recordRefusal(
        itemCallsOf(emulated.dynamodb),
        emulated.table,
        { gatewayId, credentialId: used, shard: 0, scope: 'source', source, code: 'CREDENTIAL_MALFORMED' },
        nowMs,
      );
    const source = { kitId: 'kong', address: '127.0.0.2' };
    const node = { kitId: 'kong', node: 'blue', address: '127.0.0.3' };
    expect(await refuse(source, 500)).toBe(false);
    for (const one of [source, node])
      await recordUse(
        itemCallsOf(emulated.dynamodb),
        emulated.table,
        { gatewayId, credentialId: used, shard: 0, source: one },
        1_000,
      );
    expect(await refuse(source, 2_000)).toBe(true);
    expect(await refuse({ ...source, address: '127.0.0.9' }, 2_000)).toBe(false);
    expect(await refuse({ ...source, kitId: 'another' }, 2_000)).toBe(false);
    expect(await refuse({ ...node, address: '127.0.0.9' }, 2_000)).toBe(false);
    expect(await refuse(node, 3_000)).toBe(true);
    const found = await all(uses.ofCredential(gatewayId, used, 0));
    const times = { firstUsedAtMs: 1_000, lastUsedAtMs: 1_000 };
    expect(found.toSorted((one, other) => (one.address < other.address ? -1 : 1))).toEqual([
      { credentialId: used, ...source, ...times, refused: { atMs: 2_000, code: 'CREDENTIAL_MALFORMED' } },
      { credentialId: used, ...node, ...times, refused: { atMs: 3_000, code: 'CREDENTIAL_MALFORMED' } },
    ]);
  });

  it('is read from items of before there were places, beside what is recorded now', async () => {
    const earlier = 'earlierone' as CredentialId;
    await emulated.dynamodb.send(
      new PutItemCommand({
        TableName: emulated.table,
        Item: {
          pk: { S: `USE#${gatewayId}#${earlier}#0` },
          sk: { S: 'kong#127.0.0.2' },
          firstUsedAtMs: { N: '1000' },
          lastUsedAtMs: { N: '2000' },
          seen: { S: '{"kitId":"kong","address":"127.0.0.2"}' },
        },
      }),
    );
    const seen = { gatewayId, credentialId: earlier, shard: 0, source: { kitId: 'kong', address: '127.0.0.2' } };
    await recordUse(itemCallsOf(emulated.dynamodb), emulated.table, seen, 9_000);
    const of = { credentialId: earlier, kitId: 'kong', address: '127.0.0.2' };
    expect(await all(usesIn(emulated.dynamodb, emulated.table).ofCredential(gatewayId, earlier, 0))).toEqual([
      { ...of, firstUsedAtMs: 9_000, lastUsedAtMs: 9_000 },
      { ...of, firstUsedAtMs: 1_000, lastUsedAtMs: 2_000 },
    ]);
  });

  it('shows of a node the address that it had last', async () => {
    const noded = 'nodednoded' as CredentialId;
    const seen = { gatewayId, credentialId: noded, shard: 0 };
    const from = (address: string) => ({ ...seen, source: { kitId: 'kong', node: 'blue', address } });
    await recordUse(itemCallsOf(emulated.dynamodb), emulated.table, from('127.0.0.2'), 1_000);
    await recordUse(itemCallsOf(emulated.dynamodb), emulated.table, from('127.0.0.3'), 2_000);
    expect(await all(usesIn(emulated.dynamodb, emulated.table).ofCredential(gatewayId, noded, 0))).toEqual([
      {
        ...{ credentialId: noded, kitId: 'kong', node: 'blue', address: '127.0.0.3' },
        ...{ firstUsedAtMs: 1_000, lastUsedAtMs: 2_000 },
      },
    ]);
  });

  it('keeps 32 names in a place, whoever was first; one too many is told, and changes nothing', async () => {
    const flooded = 'floodflood' as CredentialId;
    const sources = Array.from({ length: 40_000 }, (_, index) => ({ kitId: `k-${index}`, address: '192.0.2.1' }))
      .filter((source) => usePlaceOf(source, 'source').place === 'source/7')
      .slice(0, 33);
    const record = (source: UseSource | undefined, atMs: number) =>
      recordUse(
        itemCallsOf(emulated.dynamodb),
        emulated.table,
        { gatewayId, credentialId: flooded, shard: 0, source: source ?? expect.fail() },
        atMs,
      );
    for (const source of sources.slice(0, 32)) expect(await record(source, 1_000)).toBe(true);
    expect(await record(sources[32], 2_000)).toBe(false);
    expect(await record(sources[0], 3_000)).toBe(true);
    const found = await all(usesIn(emulated.dynamodb, emulated.table).ofCredential(gatewayId, flooded, 0));
    expect(found.map(({ kitId }) => kitId).sort()).toEqual(
      sources
        .slice(0, 32)
        .map(({ kitId }) => kitId)
        .sort(),
    );
    expect(found.filter(({ lastUsedAtMs }) => lastUsedAtMs > 1_000)).toEqual([
      { credentialId: flooded, ...sources[0], firstUsedAtMs: 1_000, lastUsedAtMs: 3_000 },
    ]);
  });
});
