import { describe, expect, test } from 'vitest';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import type { KitId } from '../../lambdas/domain/ids.ts';
import type { Kit } from '../../lambdas/domain/kit.ts';
import { transition } from '../../lambdas/domain/transition.ts';
import { retryKit } from '../../lambdas/operator/kit-decisions.ts';
import { distributeShard } from '../../lambdas/workflow/distribute-shard.ts';
import { revokeCredential } from '../../lambdas/workflow/revoke-credential.ts';
import { ensureExecution } from '../../lambdas/workflow/shared/ensure-execution.ts';
import { verifyKits } from '../../lambdas/workflow/verify-kits.ts';
import { b, by, inRotation, now, r1, recordAfter } from '../domain/gateways.ts';
import { type Bench, benchWith, kitOf, step } from './doubles.ts';

const moved = { acknowledged: { credentialId: b, actor: 'team-edge', atMs: now - 800_000 } } as const;
const reader: Kit = kitOf(
  'edge',
  { state: 'INSTALLED' },
  {
    kind: 'secrets-manager',
    traits: { installedBy: 'us', readBackProves: 'store', propagationSeconds: 1 },
    settings: { secretId: 'kits/edge', propagationSeconds: 1 },
  },
);
/** Reads the value that kits shall hold; meanwhile `happens`. */
const readingWhile =
  (happens: () => Promise<unknown>): Bench['dependencies']['kitSecrets'] =>
  () => ({
    readText: async () => '',
    read: async () => {
      await happens();
      return { arn: 'arn:kits/edge', versionId: 'v', text: 'value of v-c-b' };
    },
    write: async () => undefined,
  });
const retry = (bench: Bench) =>
  retryKit(
    bench.dependencies,
    bench.record,
    { command: 'retry-kit', gatewayId: bench.record.gatewayId, kitId: 'edge' as KitId, reason: 'because' },
    by,
  );

describe('a kit that a person wants given the credential again', () => {
  test('is, although a pass reads it back in this moment', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED'), [reader]);
    const kitSecrets = readingWhile(async () => expect(await retry(bench)).toMatchObject({ result: 'DONE' }));
    await verifyKits({ ...bench.dependencies, kitSecrets }, step);
    expect(bench.kits.get('edge' as KitId)?.work?.state).toBe('PENDING');
  });

  test('is, although a pass has written what it read back since the kit was shown to him', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED'), [reader]);
    const readBack = { matches: true, atMs: now - 1 };
    bench.before = () => {
      if (reader.work) bench.kits.set(reader.kitId, { ...reader, work: { ...reader.work, readBack } });
    };
    expect(await retry(bench)).toMatchObject({ result: 'DONE' });
    expect(bench.kits.get('edge' as KitId)?.work?.state).toBe('PENDING');
  });
});

test('what a distributor installed is not recorded over what somebody has decided meanwhile', async () => {
  const { work: _, ...untried } = reader;
  const bench = benchWith(inRotation('PROMOTED'), [untried]);
  const again = kitOf('edge', { state: 'PENDING', attempts: 7 }).work;
  const kitSecrets = readingWhile(async () => {
    if (again) bench.kits.set(reader.kitId, { ...reader, work: again });
  });
  await distributeShard({ ...bench.dependencies, kitSecrets }, { ...step, shard: 0 });
  expect(bench.kits.get('edge' as KitId)?.work).toEqual(again);
});

test('two that see one attempt end start one attempt', async () => {
  const started: number[] = [];
  const bench = benchWith(inRotation('DISTRIBUTED', { executionArn: 'arn:1' }), [], {
    executions: {
      arnOf: (_, attempt) => `arn:${attempt}`,
      stateOf: async () => ({ kind: 'ENDED', failed: false, stoppedAtMs: now }),
      start: async ({ rotation }) => void started.push(rotation?.attempt ?? 0),
      stop: async () => undefined,
    },
  });
  const seen = bench.record;
  for (const actor of ['alice', 'reconciler'])
    await ensureExecution(bench.dependencies, seen, { actor, reason: 'it ended' }, 'left');
  expect(started).toEqual([2]);
  expect(bench.record.rotation?.attempt).toBe(2);
});

test('a roll-back in the moment of a forced revocation is read again, and no attempt fails (invariant 2)', async () => {
  const bench = benchWith(inRotation('DISTRIBUTED', { forced: { ...by, atMs: 1 } }), [kitOf('one')]);
  bench.before = ({ kind }) => {
    if (kind !== 'revoke') return;
    bench.before = () => undefined;
    const back = { kind: 'roll-back', rotationId: r1, ...by } as const;
    bench.record = { ...recordAfter(transition(bench.record, back, bench.nowMs)), outbox: [] };
  };
  await expect(revokeCredential(bench.dependencies, step)).rejects.toThrow(TemporarilyUnavailable);
  expect(await revokeCredential(bench.dependencies, step)).toMatchObject({ next: 'CreateCredential' });
  expect(bench.record.revoked).toEqual([]);
});

test('at the deadline a rotation whose proof is complete is verified, and the policy does not act', async () => {
  for (const kind of ['hold', 'roll-back'] as const) {
    const bench = benchWith(inRotation('DISTRIBUTED', { deadlineAtMs: now - 1 }), [kitOf('edge', {}, moved)]);
    bench.record = { ...bench.record, policy: { ...bench.record.policy, atDeadline: { kind } } };
    expect(await verifyKits(bench.dependencies, step)).toMatchObject({ next: 'RevokeCredential' });
    expect(bench.record.rotation).toMatchObject({ stage: 'VERIFIED', escalationLevel: 0 });
  }
});
