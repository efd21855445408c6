import { describe, expect, test } from 'vitest';
import type { Use } from '../../lambdas/domain/kit.ts';
import { revokeCredential } from '../../lambdas/workflow/revoke-credential.ts';
import { a, b, by, inRotation, now } from '../domain/gateways.ts';
import { benchWith, kitOf, step } from './doubles.ts';

/** sha256("one"), by sha256sum. */
const hashOfOne = '7692c3ad3540bb80';
const forcedOf = (kitsHash?: string) => ({ forced: { ...by, atMs: now - 60_000, ...(kitsHash ? { kitsHash } : {}) } });
const moved = { acknowledged: { credentialId: b, actor: 'team-edge', atMs: now - 800_000 } } as const;
const stranger: Use = { credentialId: a, address: '203.0.113.9', firstUsedAtMs: 1, lastUsedAtMs: now - 1_000_000 };

/** The rotation was forced by alice, who was shown `covered`. */
const benchForced = (covered: readonly string[], kits: Parameters<typeof benchWith>[1], kitsHash = hashOfOne) => {
  const bench = benchWith(inRotation('DISTRIBUTED', forcedOf(kitsHash)), kits);
  const proofs = { ...bench.dependencies.proofs, covered: async () => covered };
  return { bench, dependencies: { ...bench.dependencies, proofs } };
};

describe('a force of a named person (invariant 2)', () => {
  test('cuts off the kits that he was shown, and those of them that have moved since are none the worse', async () => {
    for (const kit of [kitOf('one'), kitOf('one', {}, moved)]) {
      const { bench, dependencies } = benchForced(['one'], [kit]);
      await revokeCredential(dependencies, step);
      expect(bench.record.revoked).toMatchObject([{ credentialId: a, cause: 'FORCED' }]);
    }
  });

  test('does not cut off a kit that fell back since: it is dropped, that is recorded, and he is told', async () => {
    const { bench, dependencies } = benchForced(['one'], [kitOf('one'), kitOf('two')]);
    expect(await revokeCredential(dependencies, step)).toMatchObject({ next: 'VerifyKits' });
    expect(bench.record.revoked).toEqual([]);
    expect(bench.record.rotation).not.toHaveProperty('forced');
    expect(bench.commands.at(-1)).toMatchObject({ kind: 'drop-force', uncovered: 1, named: ['two'] });
    expect(bench.told).toMatchObject([{ owner: 'alice', severity: 'page', text: expect.stringContaining('two') }]);
  });

  test('does not cut off a source that is no registered kit and that he was not shown', async () => {
    const { bench, dependencies } = benchForced(['one'], [kitOf('one')]);
    bench.uses.push(stranger);
    await revokeCredential(dependencies, step);
    expect(bench.record.revoked).toEqual([]);
    expect(bench.record.rotation).not.toHaveProperty('forced');
  });

  test('whose list was lost or changed covers nobody', async () => {
    for (const covered of [[], ['one', 'two']]) {
      const { bench, dependencies } = benchForced(covered, [kitOf('one'), kitOf('two')]);
      await revokeCredential(dependencies, step);
      expect(bench.record.revoked).toEqual([]);
    }
  });

  test('is dropped although he cannot be told', async () => {
    const { bench, dependencies } = benchForced([], [kitOf('one')]);
    const notifyOwner = async () => Promise.reject(new Error('SNS did not take the message.'));
    await revokeCredential({ ...dependencies, notifyOwner }, step);
    expect(bench.record.rotation).not.toHaveProperty('forced');
  });
});

test('a force that the policy decided beforehand covers everybody', async () => {
  const bench = benchWith(inRotation('DISTRIBUTED', forcedOf()), [kitOf('one'), kitOf('two')]);
  bench.uses.push(stranger);
  await revokeCredential(bench.dependencies, step);
  expect(bench.record.revoked).toMatchObject([{ credentialId: a, cause: 'FORCED' }]);
});
