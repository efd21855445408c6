import { describe, expect, test } from 'vitest';
import type { KitId } from '../../lambdas/domain/ids.ts';
import type { Kit } from '../../lambdas/domain/kit.ts';
import { revokeCredential } from '../../lambdas/workflow/revoke-credential.ts';
import type { StepOutput } from '../../lambdas/workflow/shared/step.ts';
import { verifyKits } from '../../lambdas/workflow/verify-kits.ts';
import { a, b, inRotation, now } from '../domain/gateways.ts';
import { reachOf } from '../kits/reach.ts';
import { type Bench, benchWith, kitOf, step } from './doubles.ts';

const settings = {
  url: 'https://kit.example.com/credential',
  readBackUrl: 'https://kit.example.com/credential',
  signingSecret: 'signing',
};
const shown = { readBack: { matches: true, atMs: now - 800_000 } } as const;
const webhook = (kitId: string, work: Partial<Kit['work']> = shown): Kit =>
  kitOf(
    kitId,
    { state: 'INSTALLED', changedAtMs: now - 900_000, ...work },
    {
      kind: 'webhook',
      traits: { installedBy: 'us', readBackProves: 'data-plane', propagationSeconds: 60 },
      settings: { ...settings, readBackUrl: `https://kit.example.com/${kitId}` },
    },
  );
/** A bench whose kits answer with what they hold, or not at all, and that counts who was asked. */
const answering = (bench: Bench, holds: (kitId: string) => string | undefined = () => b) => {
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    const kitId = new URL(String(url)).pathname.slice(1);
    asked.push(kitId);
    const credentialId = holds(kitId);
    if (credentialId === undefined) throw new TypeError('fetch failed');
    return Response.json({ credentialId });
  };
  const secret = async () => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const needs = {
    ...bench.dependencies,
    kitReach: reachOf(['kit.example.com'], { fetch: fetch }),
    kitSecrets: () => ({ readText: secret, read: async () => undefined, write: async () => undefined }),
  };
  return { asked, needs };
};
const unquiet = { quietSinceMs: now - 1_000 };

describe('a look while the rotation waits', () => {
  test('asks no kit that has evidence, and those that are late', async () => {
    const late = webhook('late', { readBack: { matches: false, atMs: now - 1 }, state: 'PENDING' });
    const idle = kitOf('idle', { state: 'INSTALLED' }, { ...webhook('idle', {}), kitId: 'idle' as KitId });
    const unread = { ...idle, work: { ...(idle.work as NonNullable<Kit['work']>), state: 'INSTALLED' as const } };
    const bench = benchWith(inRotation('DISTRIBUTED', unquiet), [webhook('one'), webhook('two'), late, unread]);
    const { asked, needs } = answering(bench);
    await verifyKits(needs, step);
    expect(asked).toEqual(['idle']);
  });

  test('does not read the kits of a shard again in which nobody was late, until an old credential is used there', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED', unquiet), [webhook('one')]);
    let reads = 0;
    const { ofShard } = bench.dependencies.kits;
    const { needs } = answering(bench);
    const counting: typeof needs = {
      ...needs,
      kits: {
        ...needs.kits,
        ofShard: (...of) => {
          reads += 1;
          return ofShard(...of);
        },
      },
    };
    const first = await verifyKits(counting, step);
    expect(reads).toBe(bench.record.shardCount);
    const again = ({ settled }: StepOutput) => verifyKits(counting, { ...step, settled });
    const second = await again(first);
    expect(reads).toBe(bench.record.shardCount);
    expect(second).toMatchObject({ next: 'WaitForKits', settled: first.settled });
    expect(bench.record.rotation?.kitSummary).toMatchObject({ kits: 1, laggards: 0 });
    bench.uses.push({
      ...{ credentialId: a, kitId: 'one', address: '10.0.0.1' },
      ...{ firstUsedAtMs: now, lastUsedAtMs: now },
    });
    await again(second);
    expect(reads).toBe(bench.record.shardCount + 1);
    expect(bench.record.rotation?.kitSummary).toMatchObject({ kits: 1, laggards: 1 });
  });

  test('reads everything once an hour, however quiet it is', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED', unquiet), [webhook('one')]);
    const { needs } = answering(bench);
    const { settled } = await verifyKits(needs, step);
    bench.nowMs += 3_600_000;
    const later = await verifyKits(needs, { ...step, settled });
    expect(later.settled?.sinceMs).toBe(bench.nowMs);
  });
});

describe('the pass that decides', () => {
  test('asks every kit; one that does not answer is late, and only it is asked until it answers (invariant 2)', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED'), [webhook('one'), webhook('two')]);
    let isUp = false;
    const { asked, needs } = answering(bench, (kitId) => (kitId === 'two' && !isUp ? undefined : b));
    expect(await verifyKits(needs, step)).toMatchObject({ next: 'WaitForKits' });
    expect(asked.toSorted()).toEqual(['one', 'two']);
    asked.length = 0;
    await verifyKits(needs, step);
    expect(asked).toEqual(['two']);
    expect(bench.record.rotation?.kitSummary?.worst?.code).toBe('NOT_READ_BACK');
    isUp = true;
    bench.nowMs += 1_000;
    await verifyKits(needs, step);
    expect(bench.kits.get('two' as KitId)?.work?.unansweredAtMs).toBeUndefined();
    expect(await verifyKits(needs, step)).toMatchObject({ next: 'RevokeCredential' });
  });

  test.each([
    ['verified', 'DISTRIBUTED', verifyKits, 'VerifyKits', 'RevokeCredential'],
    ['revoked', 'VERIFIED', revokeCredential, 'RevokeCredential', 'ConfirmRevoked'],
  ] as const)(
    'before it is %s goes on in another call when its time is over, and asks everybody once',
    async (_, stage, pass, same, next) => {
      const kits = [webhook('one'), webhook('two')];
      const bench = benchWith(inRotation(stage, {}, { shardCount: 32 }));
      const { asked, needs } = answering(bench, (kitId) => {
        if (kitId === 'one') bench.nowMs += 250_000; // as long as a pass may take
        return b;
      });
      const ofShard = async function* (_: unknown, shard: number): AsyncGenerator<Kit> {
        const kit = kits[shard / 31];
        if (kit) yield kit;
      };
      const slow = { ...needs, kits: { ...needs.kits, ofShard } };
      const first = await pass(slow, step);
      expect(first).toMatchObject({ next: same, cursor: { shard: 16 } });
      expect(asked).toEqual(['one']);
      const { cursor } = first;
      const { rotation } = bench.record;
      if (rotation) bench.record = { ...bench.record, rotation: { ...rotation, watchedAtMs: bench.nowMs } }; // by the reconciler, meanwhile
      expect(await pass(slow, { ...step, cursor })).toMatchObject({ next });
      expect(asked).toEqual(['one', 'two']);
    },
  );

  test('of a revocation is over with the first kits that are late', async () => {
    const bench = benchWith(inRotation('VERIFIED'), [webhook('one')]);
    const { needs } = answering(bench, () => a);
    expect(await revokeCredential(needs, step)).toMatchObject({ next: 'VerifyKits' });
    expect(bench.record.live.map(({ credentialId }) => credentialId)).toContain(a);
  });
});
