import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StepFailed } from '../../lambdas/domain/failure.ts';
import type { KitId } from '../../lambdas/domain/ids.ts';
import type { Kit } from '../../lambdas/domain/kit.ts';
import { distributeShard } from '../../lambdas/workflow/distribute-shard.ts';
import { parseShardStep } from '../../lambdas/workflow/shared/step.ts';
import { a, inRotation } from '../domain/gateways.ts';
import { reachOf } from '../kits/reach.ts';
import { benchWith, kitOf, step } from './doubles.ts';

const pending = kitOf('edge', { state: 'PENDING' });
const shard = { ...step, shard: 0 };

describe('an owner', () => {
  test('is told once, however often the shard is distributed', async () => {
    const bench = benchWith(inRotation('PROMOTED'), [pending]);
    await distributeShard(bench.dependencies, shard);
    await distributeShard(bench.dependencies, shard);
    expect(bench.told).toHaveLength(1);
    expect(bench.kits.get('edge' as KitId)?.work?.state).toBe('WITH_OWNER');
  });

  test('is not told while the rotation is held', async () => {
    const held = { held: { actor: 'alice', reason: 'wait', atMs: 1 } };
    const bench = benchWith(inRotation('PROMOTED', held), [pending]);
    await distributeShard(bench.dependencies, shard);
    expect(bench.told).toEqual([]);
  });
});

test('an error that is not a kit error is recorded by its name: its message may quote a secret (invariant 9)', async () => {
  const bench = benchWith(inRotation('PROMOTED'), [pending], {
    notifyOwner: async () => {
      throw new TypeError('value of v-c-b is not a header');
    },
  });
  expect(await distributeShard(bench.dependencies, shard)).toMatchObject({ failed: 1 });
  const { work } = bench.kits.get('edge' as KitId) ?? {};
  expect(work).toMatchObject({ state: 'FAILED', failure: { code: 'TypeError' } });
  expect(JSON.stringify(work)).not.toContain('value of v-c-b');
});

test('the reason of a failure is in the log, and stays with the kit while it is tried again', async () => {
  const work = { state: 'PENDING', failure: { code: 'TIMEOUT', message: 'It did not answer in time.' } } as const;
  const seen: unknown[] = [];
  const bench = benchWith(inRotation('PROMOTED'), [kitOf('edge', work)], {
    notifyOwner: async () => {
      seen.push(bench.kits.get('edge' as KitId)?.work?.failure?.code);
      throw new StepFailed('The topic is gone.');
    },
  });
  const logged: unknown[] = [];
  await distributeShard({ ...bench.dependencies, log: (...line) => void logged.push(line) }, shard);
  expect(seen).toEqual(['TIMEOUT']);
  expect(logged).toMatchObject([['WARN', expect.any(String), { code: 'StepFailed', message: 'The topic is gone.' }]]);
});

test('refuses a step without a shard in our own words', () => {
  expect(() => parseShardStep({ ...step, shard: -1 })).toThrow(/^A state of the workflow was given .*shard/s);
});

describe('a kit that hangs', () => {
  const settings = { url: 'https://kit.example.com/x', readBackUrl: 'https://kit.example.com/x', signingSecret: 's' };
  const hanging = (attempts: number): Kit => ({
    ...kitOf('dead', { state: 'PENDING', attempts }),
    kind: 'webhook',
    settings,
  });
  const distribute = async (kit: Kit, shardCount: number) => {
    const bench = benchWith(inRotation('PROMOTED', {}, { shardCount }), [kit]);
    const secret = async () => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const fetch = (_: unknown, { signal }: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    const startedAt = performance.now();
    await distributeShard(
      {
        ...bench.dependencies,
        kitSecrets: () => ({ readText: secret, read: async () => undefined, write: async () => undefined }),
        kitReach: reachOf(['kit.example.com'], { fetch: fetch }),
      },
      shard,
    );
    return { work: bench.kits.get('dead' as KitId)?.work, tookMs: performance.now() - startedAt };
  };

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const over = new AbortController();
      setTimeout(() => over.abort(), ms);
      return over.signal;
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
  const played = async (kit: Kit, shardCount: number) => {
    const done = distribute(kit, shardCount);
    await vi.advanceTimersByTimeAsync(60_000);
    return done;
  };

  test('is left for a turn of its own while other shards wait, and that is no failure', async () => {
    const { work, tookMs } = await played(hanging(0), 16);
    expect(work).toMatchObject({ state: 'PENDING', attempts: 1 });
    expect(work?.failure).toBeUndefined();
    expect(tookMs).toBeLessThan(3_000);
  });

  test.each([
    ['in its next try', hanging(1), 16],
    ['when no other shard waits', hanging(0), 10],
  ])('has all of its time %s', async (_, kit, shardCount) => {
    const { work, tookMs } = await played(kit, shardCount);
    expect(work).toMatchObject({ state: 'FAILED', failure: { code: 'KitUnreachable' } });
    expect(tookMs).toBeGreaterThanOrEqual(20_000);
  });
});

test('one call takes on several shards, and does not touch kits that have the credential', async () => {
  const done = kitOf('done', { state: 'WITH_OWNER' });
  const bench = benchWith(inRotation('PROMOTED'), [done, pending]);
  let reads = 0;
  const read: typeof bench.dependencies.gateways.read = async () => {
    reads += 1;
    return bench.record;
  };
  const needs = { ...bench.dependencies, gateways: { ...bench.dependencies.gateways, read } };
  const outcome = await distributeShard(needs, { ...step, shard: [0, 1, 2] });
  expect(outcome).toEqual({ shard: [0, 1, 2], installed: 2, failed: 0 });
  expect(bench.told).toHaveLength(1);
  expect(reads).toBe(2);
});

test('kits that were never tried come before those that have failed', async () => {
  const told: string[] = [];
  const failing = (kitId: string, attempts: number) => kitOf(kitId, { state: 'PENDING', attempts });
  const { work: _, ...untried } = kitOf('untried');
  const earlier = kitOf('earlier', { generation: 1, attempts: 9, credentialId: a });
  const kits = [failing('thrice', 3), failing('once', 1), untried, earlier, failing('sent', 0)];
  const bench = benchWith(inRotation('PROMOTED'), kits, {
    notifyOwner: async ({ kitId }) => void told.push(kitId ?? ''),
  });
  await distributeShard(bench.dependencies, shard);
  expect(told).toEqual(['untried', 'earlier', 'sent', 'once', 'thrice']);
});

test('what a kit holds is not claimed any more while it is given another credential, which may end in the middle (invariant 6)', async () => {
  const { work: _, ...untried } = kitOf('untried');
  const holding = kitOf('holding', { state: 'INSTALLED', generation: 1, credentialId: a });
  const meanwhile: unknown[] = [];
  const bench = benchWith(inRotation('PROMOTED'), [untried, holding], {
    notifyOwner: async ({ kitId }) => void meanwhile.push([kitId, bench.kits.get(kitId as KitId)?.work?.state]),
  });
  await distributeShard(bench.dependencies, shard);
  expect(meanwhile).toEqual([
    ['untried', undefined],
    ['holding', 'PENDING'],
  ]);
});
