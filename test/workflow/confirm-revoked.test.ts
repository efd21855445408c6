import { describe, expect, test } from 'vitest';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import type { IsDone } from '../../lambdas/ports.ts';
import { confirmRevoked } from '../../lambdas/workflow/confirm-revoked.ts';
import { a, b, inRotation, live, now, r1 } from '../domain/gateways.ts';
import { benchWith, step } from './doubles.ts';

const retired = {
  credentialId: a,
  digest: 'digest of c-a',
  versionId: 'v-c-a',
  cause: 'RETIRED',
  rotationId: r1,
  revokedAtMs: now - 1_000,
} as const;

test('a label that a crash left on a credential confirmed dead is taken off before the rotation ends', async () => {
  const bench = benchWith(inRotation('VERIFIED', {}, { live: [live('c-b')], revoked: [retired] }));
  const released: string[] = [];
  let crashes = 1;
  const secretVersions = {
    ...bench.dependencies.secretVersions,
    release: async (_: string, readIsDone: () => Promise<IsDone>) => {
      if (crashes-- > 0) throw new TemporarilyUnavailable('crashed here');
      const isDone = await readIsDone();
      released.push(...[a, b].filter((id) => isDone(id, `v-${id}`)));
    },
  };
  const dependencies = { ...bench.dependencies, secretVersions };
  await expect(confirmRevoked(dependencies, step)).rejects.toThrow('crashed here');
  expect(await confirmRevoked(dependencies, step)).toMatchObject({ next: 'RotationCompleted' });
  expect(released).toEqual([a]);
});

test('refuses to say revoked while the policy check accepts the credential', async () => {
  const bench = benchWith(inRotation('VERIFIED', {}, { live: [live('c-b')], revoked: [retired] }));
  const dependencies = { ...bench.dependencies, policyCheck: { ask: async () => 'ACCEPTED' as const } };
  await expect(confirmRevoked(dependencies, step)).rejects.toThrow(TemporarilyUnavailable);
  expect(bench.record.revoked).toEqual([retired]);
});

describe('a value that cannot be read', () => {
  const unreadable = (record: Parameters<typeof benchWith>[0]) => {
    const bench = benchWith(record);
    const readVersion = async (arn: string, versionId: string) =>
      versionId === 'v-c-a' ? undefined : bench.dependencies.secretVersions.readVersion(arn, versionId);
    const secretVersions = { ...bench.dependencies.secretVersions, readVersion };
    return { bench, dependencies: { ...bench.dependencies, secretVersions } };
  };

  test('stops a rotation that has kits to see to no longer than one look', async () => {
    const { bench, dependencies } = unreadable(
      inRotation('DISTRIBUTED', {}, { live: [live('c-b')], revoked: [retired] }),
    );
    expect(await confirmRevoked(dependencies, step)).toMatchObject({ next: 'VerifyKits' });
    expect(bench.record.revoked).toEqual([retired]);
  });

  test('is named at the end of a rotation, with the command for it', async () => {
    const { dependencies } = unreadable(inRotation('VERIFIED', {}, { live: [live('c-b')], revoked: [retired] }));
    await expect(confirmRevoked(dependencies, step)).rejects.toThrow(/c-a .*waive-proof/);
  });

  test('holds up no end any more once a person has recorded that the refusal is not proven', async () => {
    const waived = { ...retired, notProven: { actor: 'alice', reason: 'lost', atMs: now } };
    const { dependencies } = unreadable(inRotation('VERIFIED', {}, { live: [live('c-b')], revoked: [waived] }));
    const release = async () => undefined;
    const secretVersions = { ...dependencies.secretVersions, release };
    expect(await confirmRevoked({ ...dependencies, secretVersions }, step)).toMatchObject({
      next: 'RotationCompleted',
    });
  });
});
