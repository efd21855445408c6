import { CreateSecretCommand, DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authorityOf } from '../../lambdas/authorities/authority-of.ts';
import { secretVersionsIn } from '../../lambdas/aws/secret-versions.ts';
import { TemporarilyUnavailable } from '../../lambdas/domain/failure.ts';
import { liveLabel, placeholder } from '../../lambdas/domain/secret-text.ts';
import { newNonce } from '../../lambdas/policy-check/policy-check-client.ts';
import type { PingOne, PolicyCheck, Uses } from '../../lambdas/ports.ts';
import { gateway, noJournal, openEmulated } from '../aws/emulated.ts';
import { a, atRest, b, inRotation, type r1 } from '../domain/gateways.ts';
import { noPingOne, storedIn } from '../support/no-pingone.ts';

const authority = authorityOf(gateway('orders'));
const nonce = newNonce();
const nothingElse = { pingOne: noPingOne, now: () => 1, log: () => undefined };
const answering = (answer: 'ACCEPTED' | 'REFUSED'): { policyCheck: PolicyCheck; pingOne: PingOne } => ({
  policyCheck: { ask: async () => answer },
  pingOne: noPingOne,
});
const silent: { policyCheck: PolicyCheck; pingOne: PingOne } = {
  pingOne: noPingOne,
  policyCheck: {
    ask: async () => {
      throw new TemporarilyUnavailable('HTTP 502');
    },
  },
};
const shown = { credentialId: b, value: 'value' } as Parameters<typeof authority.proveAccepted>[2];

describe('The builtin authority mints', () => {
  let emulated: Awaited<ReturnType<typeof openEmulated>>;
  beforeAll(async () => {
    emulated = await openEmulated();
  });
  afterAll(() => emulated.close());

  const opened = async (name: string) => {
    const SecretString = placeholder;
    const created = await emulated.secretsManager.send(new CreateSecretCommand({ Name: name, SecretString }));
    const of = { ...gateway('orders'), secretArn: created.ARN ?? '' };
    const needs = { ...nothingElse, secretVersions: secretVersionsIn(emulated.secretsManager) };
    const labels = async () =>
      (await emulated.secretsManager.send(new DescribeSecretCommand({ SecretId: of.secretArn }))).VersionIdsToStages;
    return { of, needs, labels, current: created.VersionId ?? '' };
  };
  const rotationId = '11111111-1111-4111-8111-111111111111' as typeof r1;
  const mintFor = { rotationId, versionId: rotationId, journal: noJournal };

  test('one value for a rotation, however often and concurrently it is asked (invariant 4)', async () => {
    const { of, needs } = await opened('gateway-credential/once');
    const minted = await Promise.all([1, 2, 3].map(() => authority.mint(needs, of, mintFor)));
    expect(new Set(minted.map((answer) => storedIn(answer).value)).size).toBe(1);
    expect(await authority.mint(needs, of, mintFor)).toEqual(minted[0]);
  });

  test('under its live label only: AWSCURRENT stays where it is', async () => {
    const { of, needs, labels, current } = await opened('gateway-credential/label');
    const { credentialId } = storedIn(await authority.mint(needs, of, mintFor));
    expect(await labels()).toEqual({ [current]: ['AWSCURRENT'], [rotationId]: [liveLabel(credentialId)] });
  });
});

describe('The builtin authority proves', () => {
  test('what the policy check was seen to do, and an answer that says neither is neither (invariant 6)', async () => {
    const record = inRotation('ACCEPTED');
    expect(await authority.proveAccepted(answering('ACCEPTED'), record, shown, nonce)).toBe(true);
    expect(await authority.proveAccepted(answering('REFUSED'), record, shown, nonce)).toBe(false);
    expect(await authority.proveRevoked(answering('REFUSED'), record, shown, nonce)).toBe(true);
    expect(await authority.proveRevoked(answering('ACCEPTED'), record, shown, nonce)).toBe(false);
    await expect(authority.proveAccepted(silent, record, shown, nonce)).rejects.toThrow(TemporarilyUnavailable);
    await expect(authority.proveRevoked(silent, record, shown, nonce)).rejects.toThrow(TemporarilyUnavailable);
    await expect(authority.refusesUnknown(silent, record)).rejects.toThrow(TemporarilyUnavailable);
  });
});

test('The builtin authority lists what the record calls live, with the last use of any source in any shard', async () => {
  const uses: Uses = {
    ofCredential: async function* (_, credentialId, shard) {
      if (credentialId !== a) return;
      yield { credentialId, address: '192.0.2.1', firstUsedAtMs: 1, lastUsedAtMs: shard === 1 ? 70 : 50 };
    },
    refusals: () => {
      throw new Error('What was refused is no use.');
    },
    sawProbe: async () => true,
  };
  const record = { ...inRotation('CREATED'), shardCount: 2 };
  expect(await authority.list({ ...nothingElse, uses }, record)).toEqual([
    { credentialId: a, createdAtMs: 0, lastUsedAtMs: 70 },
    { credentialId: b, createdAtMs: 0 },
  ]);
  expect(await authority.list({ ...nothingElse, uses }, { ...atRest(), live: [] })).toEqual([]);
});
