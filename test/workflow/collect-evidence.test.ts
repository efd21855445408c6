import { expect, test } from 'vitest';
import { lastUsesOf } from '../../lambdas/authorities/recorded-uses.ts';
import type { KitId } from '../../lambdas/domain/ids.ts';
import type { Kit, Use } from '../../lambdas/domain/kit.ts';
import { shardOf } from '../../lambdas/domain/shards.ts';
import { collectEvidence } from '../../lambdas/workflow/shared/collect-evidence.ts';
import { a, b, inRotation, now } from '../domain/gateways.ts';
import { newKit } from '../domain/model.ts';

const work = { rotationId: inRotation('BEGUN').rotation?.rotationId, generation: 2, credentialId: b };
const kitOf = (kitId: string): Kit =>
  ({
    ...newKit(0, 0).kit,
    kitId: kitId as KitId,
    lookBackSeconds: 3_600,
    work: { ...work, state: 'INSTALLED', attempts: 1, changedAtMs: now - 600_000 },
  }) as Kit;
/** Named so that they fall into shard 3 of 4; with one shard, and with two, their use was recorded elsewhere. */
const [late] = Array.from({ length: 100 }, (_, index) => `kit-${index}`).filter((id) => shardOf(id, 4) === 3);

/** Kits by their shard of four; use where it was recorded while there was one shard, then two, then four. */
const needsWith = (recorded: Readonly<Record<number, readonly Use[]>>) => ({
  kits: {
    ofShard: async function* (_: unknown, shard: number) {
      if (shard === 3) yield kitOf(late ?? '');
    },
  },
  uses: {
    ofCredential: async function* (_: unknown, credentialId: string, shard: number) {
      yield* (recorded[shard] ?? []).filter((use) => use.credentialId === credentialId);
    },
  },
  now: () => now,
  log: () => undefined,
});
const grown = inRotation('DISTRIBUTED', {}, { shardCount: 4, earlierShardCounts: [1, 2] });
const used = (atMs: number): Use => ({
  ...{ credentialId: a, kitId: late ?? '', address: '10.0.0.1' },
  ...{ firstUsedAtMs: 0, lastUsedAtMs: atMs },
});

test.each([
  ['one shard', 0],
  ['two shards', 1],
  ['as many as now', 3],
])('finds the use of a kit that was recorded while there was %s, and takes it for no stranger', async (_, shard) => {
  const { rotation } = grown;
  if (!rotation) throw new Error('No rotation runs.');
  const { summary } = await collectEvidence(needsWith({ [shard]: [used(now - 5)] }), grown, rotation, {});
  expect(summary.named).toMatchObject([{ kitId: late, code: 'STILL_ON_PREDECESSOR' }]);
  expect(summary.unregistered).toEqual([]);
  expect(summary.lastUseMs).toBe(now - 5);
});

test('knows the last use of a credential in every shard, and that there was none', async () => {
  const { uses } = needsWith({ 0: [used(now - 50)], 3: [used(now - 5)] });
  expect(await lastUsesOf(uses, grown, [a, b])).toEqual(new Map([[a, now - 5]]));
});

test('counts the use of many together once, whatever the number of shards was when it was recorded', async () => {
  const { rotation } = grown;
  if (!rotation) throw new Error('No rotation runs.');
  const many: Use = {
    ...{ credentialId: a, areMany: true, address: 'many elsewhere' },
    ...{ firstUsedAtMs: 0, lastUsedAtMs: now - 5 },
  };
  const { summary } = await collectEvidence(needsWith({ 1: [many] }), grown, rotation, {});
  expect(summary).toMatchObject({ lastUseMs: now - 5, unregistered: [{ address: 'many elsewhere' }] });
  const listed: string[] = [];
  await collectEvidence(needsWith({ 1: [many] }), grown, rotation, { onCutOff: (list) => void listed.push(...list) });
  expect(listed.filter((one) => one.startsWith('source'))).toEqual(['source many elsewhere']);
});
