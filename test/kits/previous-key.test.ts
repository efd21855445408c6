import { CreateSecretCommand, GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import { type RunningSecretsManager, runSecretsManager } from '../emulator/secrets-manager/running-secrets-manager.ts';
import { accessTo, errorOf, installationOf, newer, older } from './installation.ts';
import { faulty } from './worlds/faulty.ts';

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const kind = kitKindOf('secrets-manager');
const settings = { secretId: 'kits/edge-1', jsonKey: 'now', previousKey: 'before', propagationSeconds: 300 };
const SecretId = 'kits/edge-1';

let running: RunningSecretsManager;
beforeEach(async () => {
  running = await runSecretsManager();
});
afterEach(() => running.close());

const create = (SecretString: string) =>
  running.client.send(
    new CreateSecretCommand({
      Name: SecretId,
      SecretString,
      Tags: [{ Key: 'gateway-credential-rotation', Value: 'orders' }],
    }),
  );
const held = async () =>
  JSON.parse((await running.client.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '');
const install = (credential = newer, access = accessTo(running.client).access) =>
  kind.install(installationOf('secrets-manager', settings, credential), settings, access);

test('the credential that was there stays beside the new one, with all other keys as they are', async () => {
  await create(JSON.stringify({ host: 'a.example', now: older.value }));
  await install();
  expect(await held()).toEqual({ host: 'a.example', now: newer.value, before: older.value });
});

test('a second time, and after a lost answer, what is beside stays', async () => {
  await create(JSON.stringify({ now: older.value }));
  await install(newer, faulty(accessTo(running.client).access, 'lost'));
  await install();
  expect(await held()).toEqual({ now: newer.value, before: older.value });
});

test('a roll-back changes the two, and going forth again changes them back', async () => {
  await create(JSON.stringify({ now: older.value }));
  await install();
  await install(older);
  expect(await held()).toEqual({ now: older.value, before: newer.value });
  await install();
  expect(await held()).toEqual({ now: newer.value, before: older.value });
});

test('another tool that sets the old value back loses nothing of either', async () => {
  await create(JSON.stringify({ now: older.value }));
  await install();
  const SecretString = JSON.stringify({ now: older.value, before: older.value });
  await running.client.send(new PutSecretValueCommand({ SecretId, SecretString }));
  await install();
  expect(await held()).toEqual({ now: newer.value, before: older.value });
});

test('what is no credential does not take the place of one that is kept', async () => {
  await create(JSON.stringify({ now: 'to be filled in', before: older.value }));
  await install();
  expect(await held()).toEqual({ now: newer.value, before: older.value });
});

test('a secret without a first value gets one, and nothing beside it', async () => {
  await create('{}');
  await install();
  expect(await held()).toEqual({ now: newer.value });
});

test('refuses a key for the previous one that holds no text, and quotes nothing of it', async () => {
  await create(JSON.stringify({ now: older.value, before: { of: older.value } }));
  expect(await errorOf(install())).toMatchObject({
    code: 'SECRET_UNUSABLE',
    message: expect.stringContaining('"before"'),
  });
  expect(await held()).toEqual({ now: older.value, before: { of: older.value } });
});

test('what is only asked says which credential is beside', async () => {
  await create(JSON.stringify({ now: newer.value, before: older.value }));
  const { kit } = installationOf('secrets-manager', settings);
  const found = await kind.check({ kit }, settings, accessTo(running.client).access);
  expect(found.seen).toEqual([
    `Secret kits/edge-1 is there for this kit, and holds credential ${newer.credentialId}; beside it, under "before", credential ${older.credentialId}.`,
  ]);
  expect(found.would).toEqual([
    'Put a new version into secret kits/edge-1: the credential under "now", the one that is there now under "before", its other keys unchanged.',
  ]);
  expect(found.holds).toEqual([newer.credentialId]);
});
