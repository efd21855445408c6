import { describe, expect, test } from 'vitest';
import type { Gateway, RevokedCredential } from '../../lambdas/domain/gateway.ts';
import type { CredentialId } from '../../lambdas/domain/ids.ts';
import type { Kit, Use } from '../../lambdas/domain/kit.ts';
import { findReverted } from '../../lambdas/reconciler/find-reverted.ts';
import { atRest, b, live, now, r1 } from '../domain/gateways.ts';
import { benchWith, kitOf } from '../workflow/doubles.ts';

const day = 86_400_000;
const gone = (credentialId: string, cause: RevokedCredential['cause']): RevokedCredential => ({
  ...{ credentialId: credentialId as CredentialId, digest: 'd', versionId: 'v', cause, rotationId: r1 },
  revokedAtMs: now - 1_000,
});
const after = (changes: Partial<Gateway> = {}): Gateway =>
  atRest({ live: [live('c-b', { stage: 'CURRENT' })], revoked: [gone('c-a', 'RETIRED')], ...changes });
const presented = (credentialId: string, kitId: string, lastUsedAtMs: number): Use => ({
  ...{ credentialId: credentialId as CredentialId, kitId, address: '10.0.0.2' },
  ...{ firstUsedAtMs: lastUsedAtMs, lastUsedAtMs },
});
const benchOf = (kits: readonly Kit[], record = after()) => {
  const bench = benchWith(record, kits);
  bench.refusals.push(presented('c-a', 'one', now - 500));
  return { bench, look: () => findReverted(bench.dependencies, bench.record) };
};
const long = { lookBackSeconds: 30 * 86_400 };

describe('a kit that presents a revoked credential', () => {
  test('is marked, and its owner told who else may write it', async () => {
    const { bench, look } = benchOf([kitOf('one'), kitOf('two')]);
    await look();
    expect(bench.kits.get(kitOf('one').kitId)?.reverted).toEqual({
      ...{ credentialId: 'c-a', sources: ['10.0.0.2'], lastUsedAtMs: now - 500, toldAtMs: now },
    });
    expect(bench.kits.get(kitOf('two').kitId)).not.toHaveProperty('reverted');
    expect(bench.told).toHaveLength(1);
    expect(bench.told[0]).toMatchObject({ owner: 'team-edge', credentialId: 'c-a' });
    expect(bench.told[0]?.text).toMatch(/kit one .*c-a.*10\.0\.0\.2[\s\S]*decK, Terraform, an operator/i);
    expect(bench.record.kitsBehind).toBe(1);
    expect(bench.entries.at(-1)).toMatchObject({ kind: 'kits-behind', actor: 'reconciler', detail: { kits: 1 } });
  });

  test('is told of once a day, in one message for all kits of an owner', async () => {
    const { bench, look } = benchOf([kitOf('one', {}, long), kitOf('two', {}, long)]);
    bench.refusals.push(presented('c-a', 'two', now - 400));
    await look();
    bench.nowMs = now + day - 1;
    await look();
    expect(bench.told).toHaveLength(1);
    bench.nowMs = now + day;
    await look();
    expect(bench.told).toHaveLength(2);
    expect(bench.told[1]?.text).toMatch(/one[\s\S]*two/);
    expect(bench.entries.filter(({ kind }) => kind === 'kits-behind')).toHaveLength(1);
  });

  test('is no more once its source uses a live one, and the record says so', async () => {
    const { bench, look } = benchOf([kitOf('one')]);
    await look();
    bench.uses.push(presented(b, 'one', now));
    await look();
    expect(bench.kits.get(kitOf('one').kitId)).not.toHaveProperty('reverted');
    expect(bench.record.kitsBehind).toBeUndefined();
  });

  test('that cannot be told of is marked, and told of with the next look', async () => {
    const { bench, look } = benchOf([kitOf('one')]);
    const failing = { ...bench.dependencies, notifyOwner: async () => Promise.reject(new Error('no topic')) };
    await findReverted(failing, bench.record);
    expect(bench.kits.get(kitOf('one').kitId)?.reverted).not.toHaveProperty('toldAtMs');
    await look();
    expect(bench.told).toHaveLength(1);
  });

  test('is nobody under a name that is no kit, or with a compromised credential', async () => {
    const { bench, look } = benchOf([kitOf('two')]);
    await look();
    expect([bench.told, bench.record.kitsBehind]).toEqual([[], undefined]);
    const compromised = benchOf([kitOf('one')], after({ revoked: [gone('c-a', 'COMPROMISED')] }));
    await compromised.look();
    expect(compromised.bench.told).toEqual([]);
  });
});
