import { describe, expect, it } from 'vitest';
import type { KitId } from '../../lambdas/domain/ids.ts';
import type { Use } from '../../lambdas/domain/kit.ts';
import { addShard, type EvidenceSummary, emptySummary, judgeRevocation } from '../../lambdas/domain/may-revoke.ts';
import { noRetiringUse, withRetiringUse } from '../../lambdas/domain/retiring-use.ts';
import { a, inRotation, now } from './gateways.ts';

const good: EvidenceSummary = { ...emptySummary, kits: 2, observed: 2 };
const judge = (summary: EvidenceSummary, atMs = now, gateway = inRotation('DISTRIBUTED')) =>
  judgeRevocation(gateway, summary, atMs);
const codes = (summary: EvidenceSummary, atMs?: number) => judge(summary, atMs).blockers.map((one) => one.code);

describe('the verdict on a revocation', () => {
  it('is yes when every kit moved and the whole window was quiet', () =>
    expect(judge(good)).toMatchObject({ mayRevoke: true, blockers: [], atMs: now }));
  it('refuses one millisecond before the window has passed, and says when', () =>
    expect(judge(good, now - 1)).toMatchObject({ mayRevoke: false, earliestAtMs: now }));
  it('refuses while AWSCURRENT names a credential that would be revoked, and knows no time for it', () => {
    const verdict = judge({ ...good, currentVersionId: 'v-c-a' });
    expect(verdict.blockers).toEqual([{ code: 'CURRENT_MOVED', versionId: 'v-c-a', credentialId: a }]);
    expect(verdict).not.toHaveProperty('earliestAtMs');
    expect(judge({ ...good, currentVersionId: 'v-c-b' }).mayRevoke).toBe(true);
  });
  it('refuses a gateway without kits', () => expect(codes(emptySummary)).toEqual(['NO_KITS']));
  it('refuses while a kit lags', () => expect(codes({ ...good, laggards: 1 })).toEqual(['LAGGARDS']));
  it('refuses before distribution', () =>
    expect(judge(good, now, inRotation('PROMOTED')).blockers).toEqual([{ code: 'NOT_DISTRIBUTED' }]));
  it('begins the window again at the end of the recording interval of a use', () => {
    const used = { ...good, lastUseMs: now - 900_000 };
    expect(judge(used)).toMatchObject({ mayRevoke: false, earliestAtMs: now + 60_000 });
    expect(judge(used, now + 60_000).mayRevoke).toBe(true);
  });
  it('refuses while no check has proven that use is recorded', () => {
    expect(judge(good, now, inRotation('PROMOTED', { stage: 'DISTRIBUTED' })).mayRevoke).toBe(false);
  });
  it('knows no earliest time while somebody has to act first', () =>
    expect(judge({ ...good, laggards: 1 }, now - 1).earliestAtMs).toBeUndefined());
});

describe('the summary', () => {
  const recorded = (...uses: readonly Use[]) =>
    uses.reduce((sum, one) => withRetiringUse(sum, one, () => false), noRetiringUse);
  const use = { credentialId: a, address: '192.0.2.7', firstUsedAtMs: 1, lastUsedAtMs: 7 };
  it('names sources that no registered kit accounts for, and counts their use', () => {
    const summary = addShard(emptySummary, 0, [], recorded(use, { ...use, kitId: 'gone', lastUsedAtMs: 5 }));
    expect(summary.unregistered).toHaveLength(2);
    expect(summary.lastUseMs).toBe(7);
  });
  it('names 50 laggards, and counts by owner how many more there are', () => {
    const of = (owner: string, code: 'WAITS_FOR_OWNER' | 'DISTRIBUTION_FAILED') =>
      ({ kind: 'LAGGARD', kitId: 'kit' as KitId, owner, code, addresses: [], redo: false }) as const;
    const first = addShard(emptySummary, 0, Array(48).fill(of('ann', 'DISTRIBUTION_FAILED')), noRetiringUse);
    const all = addShard(first, 1, Array(10).fill(of('bob', 'WAITS_FOR_OWNER')), noRetiringUse);
    const more = addShard(all, 2, [of('ann', 'DISTRIBUTION_FAILED')], noRetiringUse);
    expect(more).toMatchObject({ laggards: 59, failed: 49, unnamed: { ann: 1, bob: 8 } });
    expect(more.named).toHaveLength(50);
  });
  it('keeps the latest use of all shards', () => {
    const first = addShard(emptySummary, 0, [], recorded(use));
    expect(addShard(first, 1, [], recorded({ ...use, lastUsedAtMs: 3 })).lastUseMs).toBe(7);
  });
  it('takes many that are called the same, in whatever shards, for one: from the first time to the last', () => {
    const many: Use = { ...use, areMany: true, address: 'many in 192.0.2.0/24' };
    const first = addShard(emptySummary, 0, [], recorded(many, { ...many, lastUsedAtMs: 9 }));
    expect(addShard(first, 1, [], recorded({ ...many, firstUsedAtMs: 0 }))).toMatchObject({
      lastUseMs: 9,
      unregistered: [{ address: 'many in 192.0.2.0/24', firstUsedAtMs: 0, lastUsedAtMs: 9 }],
    });
  });
  it('names the 50 latest strangers of all shards, and counts the others', () => {
    const of = (from: number) =>
      recorded(...Array.from({ length: 40 }, (_, index) => ({ ...use, kitId: 'x', lastUsedAtMs: from + index })));
    const summary = addShard(addShard(emptySummary, 0, [], of(100)), 1, [], of(0));
    expect(summary.unregistered.map(({ lastUsedAtMs }) => lastUsedAtMs)).toEqual([
      ...Array.from({ length: 40 }, (_, index) => 139 - index),
      ...Array.from({ length: 10 }, (_, index) => 39 - index),
    ]);
    expect(summary.moreUnregistered).toBe(30);
  });
});
