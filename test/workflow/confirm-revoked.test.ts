import { expect, test } from 'vitest';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import type { CredentialId } from '../../lambdas/domain/ids.ts';
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
    release: async (_: string, isDone: (credentialId: CredentialId, versionId: string) => boolean) => {
      if (crashes-- > 0) throw new TemporarilyUnavailable('crashed here');
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
