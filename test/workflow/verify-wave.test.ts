import { describe, expect, test } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { KitId } from '../../lambdas/domain/ids.ts';
import type { Kit, KitWork, Use } from '../../lambdas/domain/kit.ts';
import type { Waves } from '../../lambdas/domain/wave.ts';
import { distributeShard } from '../../lambdas/workflow/distribute-shard.ts';
import { verifyKits } from '../../lambdas/workflow/verify-kits.ts';
import { a, b, inRotation, now, r1 } from '../domain/gateways.ts';
import { reachOf } from '../kits/reach.ts';
import { type Bench, benchWith, kitOf, step } from './doubles.ts';

const plan = [{ kits: 1, bakeSeconds: 600 }, { percent: 50, bakeSeconds: 600 }, { percent: 100 }];
const inWave = (waves: Partial<Waves> = {}): Gateway =>
  inRotation('PROMOTED', {
    watchedAtMs: now - 60_000,
    waves: { plan, number: 1, phase: 'OPEN', openedAtMs: now - 700_000, kits: 1, failedChecks: 0, ...waves },
  });
const traits = { installedBy: 'us', readBackProves: 'nothing', propagationSeconds: 0 } as const;
const installed = { state: 'INSTALLED', changedAtMs: now - 690_000 } as const;
/** A kit that we install; its kind is that of an owner, whom installing tells. */
const ours = (kitId: string, number: number | undefined, work: Partial<KitWork> = installed, more: Partial<Kit> = {}) =>
  kitOf(kitId, work, {
    ...{ traits, lookBackSeconds: 3600 },
    ...(number === undefined ? {} : { wave: { rotationId: r1, number } }),
    ...more,
  });
const used = (kitId: string, more: Partial<Use> = {}): Use => ({
  ...{
    credentialId: b,
    kitId,
    address: `10.0.0.${kitId.length}`,
    firstUsedAtMs: now - 680_000,
    lastUsedAtMs: now - 1_000,
  },
  ...more,
});
const earlier = (kitId: string): Use => used(kitId, { credentialId: a, firstUsedAtMs: 0, lastUsedAtMs: now - 695_000 });
const waves = (bench: Bench) => bench.record.rotation?.waves;

describe('the first wave', () => {
  test('marks its kits before it opens, and gives nobody anything before', async () => {
    const { work: _, ...held } = ours('canary', undefined, {}, { canary: true });
    const { work: _o, ...other } = ours('other', undefined);
    const bench = benchWith(inWave({ phase: 'TO_OPEN' }), [other, held]);
    bench.uses.push(earlier('canary'), earlier('other'));
    const seen: unknown[] = [];
    bench.before = () => seen.push([...bench.kits.values()].map(({ wave }) => wave?.number));
    await distributeShard(bench.dependencies, { ...step, shard: 0 });
    expect(bench.told).toEqual([]);
    const output = await verifyKits(bench.dependencies, step);
    expect(seen).toEqual([[undefined, 1]]);
    expect(output.next).toBe('VerifyKits');
    expect(waves(bench)).toMatchObject({ phase: 'OPEN', number: 1, kits: 1 });
    expect(await verifyKits(bench.dependencies, step)).toMatchObject({ next: 'WaitToDistribute', shards: [0] });
    await distributeShard(bench.dependencies, { ...step, shard: 0 });
    expect(bench.told.map(({ kitId }) => kitId)).toEqual(['canary']);
  });

  test('is the last one at once when no kit can be observed, and says so', async () => {
    const bench = benchWith(inWave({ phase: 'TO_OPEN' }), [ours('idle', undefined)]);
    expect(await verifyKits(bench.dependencies, step)).toMatchObject({ next: 'DistributeCredential', shards: [0] });
    expect(bench.entries.at(-1)?.reason).toBe('wave 3 of 3 opens with 1 kit, as no other kit can be observed');
  });
});

describe('an open wave', () => {
  test('is not followed by the next while a kit was not seen, however long that takes', async () => {
    const bench = benchWith(inWave({ bakingSinceMs: now - 900_000 }), [ours('one', 1)]);
    expect((await verifyKits(bench.dependencies, step)).next).toBe('WaitForKits');
    expect(waves(bench)).toMatchObject({ number: 1 });
    expect(waves(bench)?.bakingSinceMs).toBeUndefined();
  });

  test('is followed by the next when it has baked and was used since', async () => {
    const bench = benchWith(inWave({ bakingSinceMs: now - 600_000 }), [ours('one', 1), ours('two', undefined)]);
    bench.uses.push(earlier('one'), used('one'), { ...earlier('two'), address: '10.0.1.1' });
    await verifyKits(bench.dependencies, step);
    expect(bench.entries.at(-1)).toMatchObject({
      kind: 'open-wave',
      reason:
        'wave 1 of 3: 1 of 1 kit observed, baked 600 s; wave 3 of 3 opens with 1 kit, as no other kit can be observed',
    });
  });

  test('is looked at twenty times while it bakes', async () => {
    const bench = benchWith(inWave(), [ours('one', 1)]);
    bench.uses.push(used('one'));
    const { waitSeconds } = await verifyKits(bench.dependencies, step);
    expect(waitSeconds).toBeLessThanOrEqual(30);
    expect(waves(bench)?.bakingSinceMs).toBe(now);
  });

  test('goes back when a kit shows a refused value; its owner hears of it, and the message has no value', async () => {
    const bench = benchWith(inWave(), [ours('one', 1)]);
    bench.uses.push(used('one', { refused: { code: 'CREDENTIAL_UNKNOWN', atMs: now - 5_000 } }));
    await verifyKits(bench.dependencies, step);
    expect(waves(bench)?.phase).toBe('GOING_BACK');
    expect(bench.told).toMatchObject([{ owner: 'team-edge', kitId: 'one', severity: 'escalation' }]);
    expect(bench.told[0]?.text).toMatch(/presented an unknown value from 10\.0\.0\.3.*get the credential again/s);
  });

  test('goes back all the same when nobody can be told', async () => {
    const bench = benchWith(inWave(), [ours('one', 1)], {
      notifyOwner: async () => {
        throw new Error('The topic is gone.');
      },
    });
    bench.uses.push(used('one', { refused: { code: 'CREDENTIAL_UNKNOWN', atMs: now - 5_000 } }));
    await verifyKits(bench.dependencies, step);
    expect(waves(bench)?.phase).toBe('GOING_BACK');
  });

  test('goes back when requests through its kits fail for a minute that did not before', async () => {
    const kitReach = { ...reachOf(['kit.example.com']), fetch: async () => new Response('', { status: 502 }) };
    const kit = ours('one', 1, installed, { probeUrl: 'https://kit.example.com/health' });
    const bench = benchWith(inWave({ bakingSinceMs: now - 600_000 }), [kit], { kitReach: kitReach as never });
    bench.uses.push(used('one'));
    await verifyKits(bench.dependencies, step);
    expect(waves(bench)).toMatchObject({ phase: 'OPEN', number: 1, risenSinceMs: now });
    bench.nowMs += 60_000;
    await verifyKits(bench.dependencies, step);
    expect(waves(bench)?.wentBack?.why).toBe('requests through 1 of 1 kit fail, through 0 did before');
    expect(bench.told).toMatchObject([{ owner: 'team-edge', kitId: 'one' }]);
  });
});

describe('a wave that goes back', () => {
  const back = inWave({ phase: 'GOING_BACK', wentBack: { wave: 1, atMs: now - 9_000, why: 'it was bad' } });

  test('gives its kits the old credential again, and no others', async () => {
    const bench = benchWith(back, [ours('one', 1), ours('two', 2), ours('three', undefined)]);
    expect(await verifyKits(bench.dependencies, step)).toMatchObject({ next: 'WaitToDistribute', shards: [0] });
    await distributeShard(bench.dependencies, { ...step, shard: 0 });
    expect(bench.told.map(({ kitId, credentialId }) => [kitId, credentialId])).toEqual([['one', a]]);
    expect(bench.kits.get('one' as KitId)?.work).toMatchObject({ credentialId: a });
    expect(bench.kits.get('two' as KitId)?.work).toMatchObject({ credentialId: b });
  });

  test('is not held before each of them has evidence for it', async () => {
    const bench = benchWith(back, [ours('one', 1, { ...installed, credentialId: a, changedAtMs: now - 8_000 })]);
    bench.uses.push(used('one')); // still on the new one
    expect((await verifyKits(bench.dependencies, step)).next).toBe('WaitForKits');
    bench.uses.push(used('one', { credentialId: a, firstUsedAtMs: 0, lastUsedAtMs: now }));
    bench.nowMs = now + 5_000;
    expect((await verifyKits(bench.dependencies, step)).next).toBe('RotationHeld');
    expect(bench.record.rotation?.held?.reason).toBe(
      'wave 1 of 3 went back: 1 of 1 kit has evidence for c-a; it was bad',
    );
    expect(bench.entries.at(-1)).toMatchObject({ kind: 'wave-returned', detail: { wave: 1, of: 3, kits: 1 } });
  });
});
