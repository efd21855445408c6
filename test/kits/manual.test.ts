import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import { createOwner } from '../../lib/local/stand-ins/owner.ts';
import { type RunningSecretsManager, runSecretsManager } from '../emulator/secrets-manager/running-secrets-manager.ts';
import { accessTo, expectNoSecretIn, installationOf, newer, older, startAtMs } from './installation.ts';

const kind = kitKindOf('manual');
const settings = { instructions: 'Flow designer, tab "Secrets".' };

let running: RunningSecretsManager;
let secretArn: string;
beforeEach(async () => {
  running = await runSecretsManager();
  const SecretString = JSON.stringify({ credentialId: newer.credentialId, credential: newer.value });
  const created = await running.client.send(new CreateSecretCommand({ Name: 'gateway/orders', SecretString }));
  secretArn = created.ARN ?? '';
});
afterEach(() => running.close());

test('the owner is told where the credential is, what to do and by when, and never the credential (invariant 9)', async () => {
  const { access, told } = accessTo(running.client);
  expect(await kind.install(installationOf('manual', settings, newer, { secretArn }), settings, access)).toEqual({
    state: 'WITH_OWNER',
  });
  expect(told).toHaveLength(1);
  expectNoSecretIn(told);
  expect(told[0]).toMatchObject({ owner: 'team-edge', gatewayId: 'orders', kitId: 'edge-1' });
  for (const part of [secretArn, 'AWSCURRENT', newer.credentialId, '2026-01-02T12:00:00.000Z', settings.instructions])
    expect(told[0]?.text).toContain(part);
});

test('an owner who was told of this credential is not told again by a second run', async () => {
  const { access, told } = accessTo(running.client);
  const first = installationOf('manual', settings);
  const work = {
    rotationId: first.rotationId,
    generation: 1,
    credentialId: newer.credentialId,
    state: 'WITH_OWNER',
    attempts: 1,
    changedAtMs: startAtMs,
  } as const;
  await kind.install(installationOf('manual', settings, newer, { work }), settings, access);
  expect(told).toEqual([]);
  await kind.install(installationOf('manual', settings, older, { work }), settings, access);
  expect(told).toHaveLength(1);
});

test('an owner who does what the message says has the credential and acknowledges it', async () => {
  const acknowledged: unknown[] = [];
  let nowMs = startAtMs;
  const owner = createOwner({
    secrets: running.client,
    acknowledge: async (installed) => {
      acknowledged.push(installed);
    },
    applyMs: 1_000,
    nowMs: () => nowMs,
  });
  const { access } = accessTo(running.client, { notifyOwner: owner.deliver });
  await kind.install(installationOf('manual', settings, newer, { secretArn }), settings, access);
  expect(acknowledged).toEqual([{ gatewayId: 'orders', kitId: 'edge-1', credentialId: newer.credentialId }]);
  expect(owner.currentCredential()).toBeUndefined();
  nowMs += 1_000;
  expect(owner.currentCredential()).toBe(newer.value);
});

test('refuses to acknowledge when the secret holds another credential by then', async () => {
  const acknowledged: unknown[] = [];
  const acknowledge = async (installed: unknown) => {
    acknowledged.push(installed);
  };
  const owner = createOwner({ secrets: running.client, acknowledge, applyMs: 0, nowMs: () => startAtMs });
  const { access, told } = accessTo(running.client);
  await kind.install(installationOf('manual', settings, newer, { secretArn }), settings, access);
  const SecretString = JSON.stringify({ credentialId: older.credentialId, credential: older.value });
  await running.client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString }));
  for (const message of told) await expect(owner.deliver(message)).rejects.toThrow('does not hold credential');
  expect([acknowledged, owner.currentCredential()]).toEqual([[], undefined]);
});

test('a kind without a read-back has none', () => {
  expect(kind.readBack).toBeUndefined();
});
