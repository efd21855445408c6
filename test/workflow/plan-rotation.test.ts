import { expect, test } from 'vitest';
import type { CredentialId, KitId } from '../../lambdas/domain/ids.ts';
import { defaultPolicy } from '../../lambdas/domain/policy.ts';
import { planRotation } from '../../lambdas/workflow/shared/plan-rotation.ts';
import { a, atRest, now, r2 } from '../domain/gateways.ts';
import { benchWith, kitOf } from './doubles.ts';

const many = (kind: string) => Array.from({ length: 52 }, (_, index) => kitOf(`kit-${index}`, {}, { kind }));
const plan = (bench: ReturnType<typeof benchWith>) =>
  planRotation(bench.dependencies, bench.record, r2, { readsAll: true });

test('names 50 kits to look at, counts all of them, and says how many more there are', async () => {
  const { attention, moreAttention, kits } = await plan(benchWith(atRest(), many('manual')));
  expect([attention.length, moreAttention]).toEqual([50, 2]);
  expect(kits).toMatchObject({ total: 52, idle: 52, waitForPeople: 52, notAsked: 0 });
});

test('names 50 kits that cannot be asked, says how many more there are, and repeats nothing of a foreign error', async () => {
  const bench = benchWith(atRest(), many('webhook'));
  const settings = {
    url: 'https://kit.example.com',
    readBackUrl: 'https://kit.example.com',
    signingSecret: 'kits/one',
  };
  for (const [kitId, kit] of bench.kits) bench.kits.set(kitId as KitId, { ...kit, settings });
  const readText = async (): Promise<never> => {
    throw new Error('marked-secret');
  };
  const kitSecrets = () => ({ readText, read: readText, write: readText });
  const { obstacles, kits } = await planRotation({ ...bench.dependencies, kitSecrets }, bench.record, r2, {
    readsAll: true,
  });
  expect(kits.unreachable).toBe(52);
  expect(obstacles).toHaveLength(51);
  expect(obstacles.at(-1)?.message).toBe('And 2 more kits that cannot be asked.');
  expect(JSON.stringify(obstacles)).not.toContain('marked-secret');
});

test('counts a source once, whatever number of credentials it used, and a kit only when it could be asked', async () => {
  const bench = benchWith(atRest(), many('webhook'));
  const { currentCredentialId: _, ...bare } = bench.record;
  const use = { address: '192.0.2.7', firstUsedAtMs: now - 1, lastUsedAtMs: now - 1 };
  const other = 'c-z' as CredentialId;
  bench.record = { ...bare, live: [...bare.live, ...bare.live.map((one) => ({ ...one, credentialId: other }))] };
  bench.uses.push({ ...use, credentialId: a }, { ...use, credentialId: other });
  expect(await plan(bench)).toMatchObject({ unregisteredSources: 1, kits: { notAsked: 52 } });
});

test('shows the keys that kits are reached with, those first that end before the rotation could, and refuses nothing for them', async () => {
  const kong = (kitId: string, adminTokenSecret: string) =>
    kitOf(kitId, {}, { kind: 'kong', settings: { adminUrl: 'https://kong.example.com', adminTokenSecret } });
  const { currentCredentialId: _, ...bare } = atRest({ policy: defaultPolicy });
  const bench = benchWith(bare, [kong('one', 'lasting'), kong('two', 'ending'), kong('three', 'ending')]);
  const day = 86_400_000;
  const asked: string[] = [];
  const unused = async (): Promise<never> => Promise.reject(new Error('Not used.'));
  const kitSecrets = () => ({
    ...{ readText: unused, write: unused },
    read: async (secretId: string) => {
      asked.push(secretId);
      const endsTag = `${new Date(now + (secretId === 'ending' ? 5 : 90) * day).toISOString().slice(0, 19)}Z`;
      return { arn: undefined, versionId: undefined, text: 'marked-token', createdAtMs: now - 40 * day, endsTag };
    },
  });
  const { ownKeys, moreOwnKeys, obstacles } = await planRotation(
    { ...bench.dependencies, kitSecrets },
    bench.record,
    r2,
    { readsAll: true },
  );
  expect(ownKeys.map(({ secretId, standing, endsAt }) => [secretId, standing, endsAt])).toEqual([
    ['ending', 'ENDS_INSIDE', new Date(now + 5 * day).toISOString()],
    ['lasting', 'LASTS', new Date(now + 90 * day).toISOString()],
  ]);
  expect(ownKeys[0]?.text).toContain('before a rotation that begins now has to end');
  expect([asked, moreOwnKeys]).toEqual([['lasting', 'ending'], { total: 0, ending: 0, notLookedAt: 0 }]);
  expect(obstacles.map(({ code }) => code)).not.toContain('KIT_UNREACHABLE');
  expect(JSON.stringify(ownKeys)).not.toContain('marked');
});

test('a start reads no further shard when the time for asking kits is over; a plan reads all of them', async () => {
  const bench = benchWith(atRest({ shardCount: 64 }), many('manual'));
  const read: number[] = [];
  const kits = {
    ...bench.dependencies.kits,
    ofShard: async function* (_: unknown, shard: number) {
      read.push(shard);
      bench.nowMs += 20_000;
      yield* [];
    },
  };
  const needs = { ...bench.dependencies, kits };
  await planRotation(needs, bench.record, r2, { readsAll: false });
  expect(read.length).toBeLessThan(20);
  read.length = 0;
  await planRotation(needs, bench.record, r2, { readsAll: true });
  expect(read).toHaveLength(64);
});
