import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { kitSecretsIn } from '../../lambdas/aws/kit-secrets.ts';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import { createSecretReader } from '../../lib/local/stand-ins/secret-reader.ts';
import { type RunningSecretsManager, runSecretsManager } from '../emulator/secrets-manager/running-secrets-manager.ts';
import { accessTo, errorOf, installationOf, newer, older } from './installation.ts';

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const kind = kitKindOf('secrets-manager');
const settings = { secretId: 'kits/edge-1', propagationSeconds: 120 };
const inJson = { ...settings, jsonKey: 'credential' };

let running: RunningSecretsManager;
beforeEach(async () => {
  running = await runSecretsManager();
});
afterEach(() => running.close());

const tagged = (Value: string) => [{ Key: 'gateway-credential-rotation', Value }];
const create = (SecretString?: string) =>
  running.client.send(
    new CreateSecretCommand({ Name: 'kits/edge-1', Tags: tagged('orders'), ...(SecretString ? { SecretString } : {}) }),
  );
const current = () => running.client.send(new GetSecretValueCommand({ SecretId: 'kits/edge-1' }));
const held = async () => (await current()).SecretString;
const versions = async () =>
  Object.keys(
    (await running.client.send(new DescribeSecretCommand({ SecretId: 'kits/edge-1' }))).VersionIdsToStages ?? {},
  ).length;
const install = (given: Record<string, unknown> = settings, credential = newer, more = {}) =>
  kind.install(installationOf('secrets-manager', given, credential, more), given, accessTo(running.client).access);

test('a secret gets the credential as its text, once', async () => {
  await create(older.value);
  expect(await install()).toEqual({ state: 'INSTALLED' });
  const first = await current();
  await install();
  expect([first.SecretString, (await current()).VersionId]).toEqual([newer.value, first.VersionId]);
});

test('a secret without a value gets its first one', async () => {
  await create();
  await install(inJson);
  expect(JSON.parse((await held()) ?? '')).toEqual({ credential: newer.value });
});

test('the other keys of a JSON secret stay', async () => {
  await create(JSON.stringify({ credential: older.value, host: 'a.example' }));
  await install(inJson);
  expect(JSON.parse((await held()) ?? '')).toEqual({ credential: newer.value, host: 'a.example' });
});

test('nothing of the other keys changes, not even how a number is written or where a key stands', async () => {
  await create(`{ "z": 9007199254740993, "10": 1.0,\n"credential":"${older.value}", "2": "x" }`);
  await install(inJson);
  expect(await held()).toBe(`{ "z": 9007199254740993, "10": 1.0,\n"credential":"${newer.value}", "2": "x" }`);
});

test('going back and forth in one rotation really writes each time', async () => {
  await create(older.value);
  await install(settings, newer);
  await install(settings, older);
  await install(settings, newer);
  expect(await held()).toBe(newer.value);
});

test('a write whose answer was lost is not made twice', async () => {
  await create(older.value);
  const { access } = accessTo(running.client);
  const sent = running.client.send.bind(running.client);
  const lossy = Object.assign(Object.create(running.client), {
    send: async (command: never, options: never) => {
      const answer = await sent(command, options);
      if ((command as object) instanceof PutSecretValueCommand) throw new Error(`socket hang up ${newer.value}`);
      return answer;
    },
  });
  const installation = installationOf('secrets-manager', settings);
  await kind.install(installation, settings, { ...access, secrets: kitSecretsIn(lossy)(installation.kit) });
  await install();
  expect([await held(), await versions()]).toEqual([newer.value, 2]);
});

test('reading back compares the value', async () => {
  await create(older.value);
  const readBack = () =>
    kind.readBack?.(installationOf('secrets-manager', settings), settings, accessTo(running.client).access);
  expect(await readBack()).toEqual({ matches: false });
  await install();
  expect(await readBack()).toEqual({ matches: true });
});

test('refuses a secret that does not exist', async () => {
  expect(await errorOf(install())).toMatchObject({ name: 'KitMisconfigured', code: 'SECRET_NOT_GIVEN' });
});

test.for([[], tagged('payments'), tagged('orders/edge-2'), tagged('kit'), tagged('gateway')])(
  'refuses a secret whose tag names neither the kit nor its gateway, and neither reads nor writes it: %j',
  async (Tags) => {
    await running.client.send(new CreateSecretCommand({ Name: 'kits/edge-1', SecretString: older.value, Tags }));
    expect(await errorOf(install())).toMatchObject({
      name: 'KitMisconfigured',
      code: 'SECRET_NOT_GIVEN',
      message: expect.stringContaining('not there, or not tagged gateway-credential-rotation=orders/edge-1'),
    });
    const { access } = accessTo(running.client);
    const write = access.secrets.write('kits/edge-1', newer.credentialId.repeat(4), newer.value, access.signal);
    expect(await errorOf(write)).toMatchObject({ problem: 'NOT_GIVEN' });
    expect([await held(), await versions()]).toEqual([older.value, 1]);
  },
);

test('a secret may be given to one kit, or to several gateways', async () => {
  await running.client.send(
    new CreateSecretCommand({ Name: 'kits/edge-1', SecretString: older.value, Tags: tagged('payments orders/edge-1') }),
  );
  await install();
  expect(await held()).toBe(newer.value);
});

test('refuses a secret that is scheduled for deletion', async () => {
  await create(older.value);
  await running.client.send(new DeleteSecretCommand({ SecretId: 'kits/edge-1' }));
  expect(await errorOf(install())).toMatchObject({ name: 'KitRefused', code: 'REQUEST_REFUSED' });
});

test("refuses the gateway's own secret", async () => {
  const { ARN: secretArn } = await create(older.value);
  expect(await errorOf(install(settings, newer, { secretArn }))).toMatchObject({
    name: 'KitMisconfigured',
    code: 'SETTINGS_WRONG',
  });
  expect(await held()).toBe(older.value);
});

test.each([
  older.value,
  JSON.stringify([older.value]),
  JSON.stringify({ credential: { of: older.value } }),
  `{"credential":"${older.value}","credential":""}`,
])('refuses to put a key into what is no object with texts, and does not quote it', async (text) => {
  await create(text);
  expect(await errorOf(install(inJson))).toMatchObject({ name: 'KitMisconfigured', code: 'SECRET_UNUSABLE' });
});

test('refuses to put a key into a binary secret', async () => {
  const SecretBinary = new Uint8Array([1, 2, 3]);
  await running.client.send(new CreateSecretCommand({ Name: 'kits/edge-1', Tags: tagged('orders'), SecretBinary }));
  expect(await errorOf(install(inJson))).toMatchObject({ name: 'KitMisconfigured', code: 'SECRET_UNUSABLE' });
});

test('is given up when the time is over', async () => {
  await create(older.value);
  const { access } = accessTo(running.client, { signal: AbortSignal.abort() });
  expect(await errorOf(kind.install(installationOf('secrets-manager', settings), settings, access))).toMatchObject({
    name: 'KitUnreachable',
    code: 'TIMEOUT',
  });
});

test('a reader uses what it cached until it polls again, and keeps it when a read fails', async () => {
  await create(JSON.stringify({ credential: older.value }));
  const reader = createSecretReader({
    secrets: running.client,
    secretId: 'kits/edge-1',
    jsonKey: 'credential',
    cacheMs: 60_000,
  });
  expect(reader.currentCredential()).toBeUndefined();
  await reader.poll();
  await install(inJson);
  expect(reader.currentCredential()).toBe(older.value);
  await reader.poll();
  expect(reader.currentCredential()).toBe(newer.value);
  await running.client.send(new DeleteSecretCommand({ SecretId: 'kits/edge-1' }));
  await reader.poll();
  expect([reader.currentCredential(), reader.failedReads]).toEqual([newer.value, 1]);
});

test('a started reader polls at once and leaves nothing behind when stopped', async () => {
  await create(newer.value);
  const reader = createSecretReader({ secrets: running.client, secretId: 'kits/edge-1', cacheMs: 60_000 });
  reader.start();
  await reader.stop();
  expect(reader.currentCredential()).toBe(newer.value);
});
