import { describe, expect, test } from 'vitest';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import type { KitId } from '../../lambdas/domain/ids.ts';
import { emptySummary } from '../../lambdas/domain/may-revoke.ts';
import { transition } from '../../lambdas/domain/transition.ts';
import { revokeCredential } from '../../lambdas/workflow/revoke-credential.ts';
import { verifyKits } from '../../lambdas/workflow/verify-kits.ts';
import { b, by, inRotation, now, r1, recordAfter } from '../domain/gateways.ts';
import { benchWith, kitOf, step } from './doubles.ts';

const moved = { acknowledged: { credentialId: b, actor: 'team-edge', atMs: now - 800_000 } } as const;
const failing = kitOf('edge', { state: 'FAILED', failure: { code: 'KitRefused', message: 'HTTP 403' } });
const kinds = (commands: readonly { readonly kind: string }[]) => commands.map(({ kind }) => kind);

describe('a kit that fails again and again', () => {
  test('does not keep the rotation from being recorded as distributed', async () => {
    const bench = benchWith(inRotation('PROMOTED'), [failing]);
    expect(await verifyKits(bench.dependencies, step)).toMatchObject({ next: 'WaitToDistribute' });
    expect(kinds(bench.commands)).toContain('distributed');
  });

  test('is counted in what the record says of the distribution, and nobody is told that every kit has it (invariant 11)', async () => {
    const bench = benchWith(inRotation('PROMOTED'), [
      kitOf('done', {}, moved),
      failing,
      { ...failing, kitId: 'far' as KitId },
    ]);
    await verifyKits(bench.dependencies, step);
    expect(bench.entries.find(({ kind }) => kind === 'distributed')).toMatchObject({
      reason: '1 of 3 kits, or its owner, was given the credential; 2 failed',
      detail: { kits: 3, given: 1, failed: 2 },
    });
  });

  test('does not keep the deadline from being acted on, once failed or never reached', async () => {
    for (const kit of [failing, kitOf('edge', { state: 'PENDING' })]) {
      const bench = benchWith(inRotation('PROMOTED', { deadlineAtMs: now - 1 }), [kit]);
      expect(await verifyKits(bench.dependencies, step)).toMatchObject({ next: 'RotationHeld' });
      expect(bench.record.rotation?.held?.actor).toBe('policy');
    }
  });

  test('is given the credential again, and says why it failed until then', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED'), [failing]);
    await verifyKits(bench.dependencies, step);
    expect(bench.kits.get('edge' as KitId)?.work).toMatchObject({
      state: 'PENDING',
      failure: { code: 'KitRefused', message: 'HTTP 403' },
    });
  });
});

test('a pass leaves in the record how many kits have moved and which matters most, for showing', async () => {
  const bench = benchWith(inRotation('DISTRIBUTED'), [kitOf('done', {}, moved), kitOf('waits'), failing]);
  await verifyKits(bench.dependencies, step);
  const worst = { kitId: 'edge', owner: 'team-edge', code: 'DISTRIBUTION_FAILED' };
  expect(bench.record.rotation?.kitSummary).toEqual({ atMs: now, kits: 3, laggards: 2, worst });
});

describe('at the deadline', () => {
  const force = { atDeadline: { kind: 'force', author: 'carol' } } as const;
  const late = { deadlineAtMs: now - 1 };

  test('what the policy says cannot be lost between two writes: it is done before its escalationLevel is recorded', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED', late), [failing]);
    bench.before = ({ kind }) => {
      if (kind === 'escalate') throw new TemporarilyUnavailable('crashed here');
    };
    await expect(verifyKits(bench.dependencies, step)).rejects.toThrow('crashed here');
    expect(bench.record.rotation?.held?.reason).toBe('the deadline passed');
  });

  test('a force that the record refuses, since not every kit had its turn, becomes a hold', async () => {
    const bench = benchWith(inRotation('PROMOTED', late), [kitOf('edge', { state: 'PENDING' })]);
    bench.record = { ...bench.record, policy: { ...bench.record.policy, ...force } };
    expect(await verifyKits(bench.dependencies, step)).toMatchObject({ next: 'RotationHeld' });
    expect(bench.record.rotation).toMatchObject({ escalationLevel: 3, held: { actor: 'policy' } });
  });

  test('a force is recorded in the name that the policy claims, since whoever applies the file can write any', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED', late), [failing]);
    bench.record = { ...bench.record, policy: { ...bench.record.policy, ...force } };
    await verifyKits(bench.dependencies, step);
    expect(bench.record.rotation?.forced?.actor).toBe('claimed: carol (the policy)');
  });

  test('a roll-back begins the escalation anew', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED', late), [failing]);
    bench.record = { ...bench.record, policy: { ...bench.record.policy, atDeadline: { kind: 'roll-back' } } };
    expect(await verifyKits(bench.dependencies, step)).toMatchObject({ next: 'CreateCredential' });
    expect(bench.record.rotation?.escalationLevel).toBe(0);
  });
});

describe('a proof', () => {
  test('is recorded when every kit moved and the predecessors were quiet', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED'), [kitOf('edge', {}, moved)]);
    expect(await verifyKits(bench.dependencies, step)).toMatchObject({ next: 'RevokeCredential' });
  });

  test.for(['distributed', 'arm-probe', 'quiet-checked'])(
    'is not recorded when kits change after they were read (before %s): they are read again',
    async (kind) => {
      const bench = benchWith(
        inRotation(kind === 'distributed' ? 'PROMOTED' : 'DISTRIBUTED', { quietSinceMs: now - 900_000 }),
        [kitOf('edge', {}, moved)],
      );
      bench.before = (command) => {
        if (command.kind !== kind) return;
        bench.before = () => undefined;
        const change = { kind: 'kits-changed', added: 1, changed: 0, retired: 0, ...by } as const;
        bench.record = { ...recordAfter(transition(bench.record, change, bench.nowMs)), outbox: [] };
      };
      expect(await verifyKits(bench.dependencies, step)).toMatchObject({ next: 'WaitForKits' });
      expect(kinds(bench.commands)).not.toContain('verified');
    },
  );

  test('that is too old by one transition is read again, and the attempt does not fail', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED'), [kitOf('edge', {}, moved)]);
    bench.before = ({ kind }) => {
      if (kind === 'verified')
        bench.record = { ...bench.record, transitionRevision: bench.record.transitionRevision + 1 };
    };
    await expect(verifyKits(bench.dependencies, step)).rejects.toThrow(TemporarilyUnavailable);
  });

  test('does not carry more addresses than people read', async () => {
    const bench = benchWith(inRotation('DISTRIBUTED'), [kitOf('edge', {}, { lookBackSeconds: 86_400 })]);
    for (let node = 0; node < 5_000; node++)
      bench.uses.push({
        credentialId: inRotation('BEGUN').live[0]?.credentialId ?? b,
        kitId: 'edge',
        address: `10.0.${node >> 8}.${node & 255}`,
        firstUsedAtMs: now - 1_000,
        lastUsedAtMs: now - 1_000,
      });
    bench.record = { ...bench.record, shardCount: 64 };
    let clock = now;
    const late = { ...bench.dependencies, now: () => (clock += 200_000) }; // each look takes longer than a function may
    const { cursor } = await verifyKits(late, step);
    expect(JSON.stringify(cursor).length).toBeLessThan(20_000);
    expect(cursor?.summary.laggards).toBe(1);
  });
});

test('refuses a cursor of another revision: the kits are read from the first shard on', async () => {
  const bench = benchWith(inRotation('DISTRIBUTED'), [kitOf('edge')]);
  const cursor = {
    pass: 'look' as const,
    shard: bench.record.shardCount,
    revision: 0,
    summary: { ...emptySummary, kits: 1, observed: 1 },
  };
  expect(await verifyKits(bench.dependencies, { ...step, rotationId: r1, cursor })).toMatchObject({
    next: 'WaitForKits',
  });
});

describe('AWSCURRENT that somebody has moved back by hand', () => {
  const movedBack = (stage: 'DISTRIBUTED' | 'VERIFIED') => {
    const bench = benchWith(inRotation(stage), [kitOf('edge', {}, moved)]);
    const labels = new Map([['v-c-a', ['AWSCURRENT']]]);
    const describe = async (arn: string) => ({ arn, name: 'g', rotates: true, isBeingDeleted: false, labels });
    const secretVersions = { ...bench.dependencies.secretVersions, describe };
    return { bench, dependencies: { ...bench.dependencies, secretVersions } };
  };

  test('keeps the credential that it names from being verified away, and the rotation waits', async () => {
    const { bench, dependencies } = movedBack('DISTRIBUTED');
    expect(await verifyKits(dependencies, step)).toMatchObject({ next: 'WaitForKits' });
    expect(kinds(bench.commands)).not.toContain('verified');
  });

  test('keeps it from being revoked when it was moved after that: back to the kits', async () => {
    const { bench, dependencies } = movedBack('VERIFIED');
    expect(await revokeCredential(dependencies, step)).toMatchObject({ next: 'VerifyKits' });
    expect(bench.record.live.map(({ credentialId }) => credentialId)).toContain('c-a');
  });
});
