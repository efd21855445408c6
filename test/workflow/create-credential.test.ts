import { describe, expect, test } from 'vitest';
import type { CredentialValue } from '../../lambdas/domain/credential.ts';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import { transition } from '../../lambdas/domain/transition.ts';
import { createCredential } from '../../lambdas/workflow/create-credential.ts';
import { a, b, by, inRotation, live, now, r1 } from '../domain/gateways.ts';
import { benchWith, step } from './doubles.ts';

/** A bench whose secret says from which versions AWSCURRENT might be moved. */
const promoting = (...parameters: Parameters<typeof inRotation>) => {
  const moves: unknown[] = [];
  const bench = benchWith(inRotation(...parameters));
  const secretVersions = {
    ...bench.dependencies.secretVersions,
    promote: async (_: string, versionId: string, fromVersionIds: readonly string[] | undefined) => {
      moves.push({ versionId, fromVersionIds });
    },
  };
  return { bench, moves, dependencies: { ...bench.dependencies, secretVersions } };
};

describe('promotion', () => {
  test('may move AWSCURRENT from the version of any live credential: a rotation that failed may have left it there', async () => {
    const left = live('c-x', { stage: 'ACCEPTED' });
    const gateway = { live: [live('c-a', { stage: 'CURRENT' }), left, live('c-b')] };
    const { dependencies, moves } = promoting('ACCEPTED', {}, gateway);
    expect(await createCredential(dependencies, step)).toMatchObject({ next: 'DistributeCredential' });
    expect(moves).toEqual([{ versionId: 'v-c-b', fromVersionIds: ['v-c-a', 'v-c-a', 'v-c-x', 'v-c-b'] }]);
  });

  test('of a compromise may move it from any version', async () => {
    const { dependencies, moves } = promoting('ACCEPTED', { trigger: 'compromise' });
    await createCredential(dependencies, step);
    expect(moves).toEqual([{ versionId: 'v-c-b', fromVersionIds: undefined }]);
  });
});

describe('rolled back between the mint and its record', () => {
  const undone = () => {
    const bench = benchWith(inRotation('BEGUN'));
    const stored = { versionId: 'v-c-b', credentialId: b, value: 'value of v-c-b' as CredentialValue };
    const readVersion = async () => undefined;
    const secretVersions = { ...bench.dependencies.secretVersions, readVersion, putOnce: async () => stored };
    bench.before = ({ kind }) => {
      if (kind !== 'created') return;
      const decision = transition(bench.record, { kind: 'roll-back', rotationId: r1, ...by }, bench.nowMs);
      if (decision.kind === 'changed') bench.record = decision.gateway;
    };
    return { bench, dependencies: { ...bench.dependencies, secretVersions } };
  };

  test('the credential is not added, and the step asks to be run again', async () => {
    const { bench, dependencies } = undone();
    await expect(createCredential(dependencies, step)).rejects.toThrow(TemporarilyUnavailable);
    expect(bench.record.live.map((one) => one.credentialId)).toEqual(['c-a']);
  });

  test('run again, it goes on with the end of the rotation', async () => {
    const { dependencies } = undone();
    await expect(createCredential(dependencies, step)).rejects.toThrow();
    expect(await createCredential(dependencies, step)).toMatchObject({ next: 'ConfirmRevoked' });
  });
});

test('a revoked credential that was not seen refused yet is looked at once the successor is made, and not before', async () => {
  const gone = { credentialId: a, digest: '', versionId: 'v-c-a', cause: 'COMPROMISED', rotationId: r1 } as const;
  const revoked = [{ ...gone, revokedAtMs: now - 1_000 }];
  const { bench, dependencies } = promoting('ACCEPTED', { retireIds: [a] }, { live: [live('c-b')], revoked });
  expect(await createCredential(dependencies, step)).toMatchObject({ next: 'ConfirmRevoked' });
  expect(bench.record.rotation?.stage).toBe('PROMOTED');
});

test('a rotation that was held meanwhile does nothing', async () => {
  const { bench, dependencies } = promoting('ACCEPTED', { held: { actor: 'alice', reason: 'wait', atMs: 1 } });
  expect(await createCredential(dependencies, step)).toMatchObject({ next: 'RotationHeld' });
  expect(bench.commands).toEqual([]);
});
