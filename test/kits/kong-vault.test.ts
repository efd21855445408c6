import { CreateSecretCommand, GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import { parseReference } from '../../lambdas/kits/vault-reference.ts';
import { type Kong, openKong } from '../../lib/local/stand-ins/kong.ts';
import { type RunningSecretsManager, runSecretsManager } from '../emulator/secrets-manager/running-secrets-manager.ts';
import { accessTo, errorOf, expectNoSecretIn, installationOf, newer, older, startAtMs } from './installation.ts';

const serviceUrl = 'http://127.0.0.1:8080/gateways/orders/kits/edge-1';
const kind = kitKindOf('kong');
const reference = '{vault://ping/gateways/edge-1/credential}';
const vaultSecret = { secretId: 'gateways/edge-1', jsonKey: 'credential', ttlSeconds: 120 };

let running: RunningSecretsManager;
let kong: Kong;
beforeEach(async () => {
  running = await runSecretsManager();
  kong = await openKong({ port: 0, workerUpdateMs: 0, nowMs: () => startAtMs });
  await running.client.send(
    new CreateSecretCommand({
      Name: 'gateways/edge-1',
      SecretString: `{"other":"stays","credential":"${older.value}"}`,
      Tags: [{ Key: 'gateway-credential-rotation', Value: 'orders/edge-1' }],
    }),
  );
});
afterEach(() => Promise.all([running.close(), kong.close()]));

const settingsOf = (more: object = { vaultSecret }) => ({ adminUrl: kong.adminUrl, ...more });
const install = (more?: object) =>
  kind.install(installationOf('kong', settingsOf(more)), settingsOf(more), accessTo(running.client).access);
const readBack = async () =>
  kind.readBack?.(installationOf('kong', settingsOf()), settingsOf(), accessTo(running.client).access);
const held = async () =>
  (await running.client.send(new GetSecretValueCommand({ SecretId: 'gateways/edge-1' }))).SecretString;
const addVault = (config: Readonly<Record<string, unknown>> = { ttl: 120 }, name = 'aws') =>
  kong.addVault({ prefix: 'ping', name, config });

describe('a plugin that holds a vault reference', () => {
  test('keeps it: the secret that it names gets the credential, and reading back reads that', async () => {
    addVault();
    const plugins = [1, 2].map(() => kong.addPlugin({ serviceUrl, sharedSecret: reference }));
    expect(await readBack()).toEqual({ matches: false });
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(plugins.map(kong.storedSecret)).toEqual([reference, reference]);
    expect(await held()).toBe(`{"other":"stays","credential":"${newer.value}"}`);
    expect(await readBack()).toEqual({ matches: true });
    expect(kong.requests.filter((one) => !one.startsWith('GET '))).toEqual([]);
    await running.client.send(
      new PutSecretValueCommand({ SecretId: 'gateways/edge-1', SecretString: `{"credential":"${older.value}"}` }),
    );
    expect(await readBack()).toEqual({ matches: false });
  });

  test('is used by all after the ttl and the minute between two looks of Kong', () => {
    expect(kind.traits(settingsOf())).toEqual({
      installedBy: 'us',
      readBackProves: 'store',
      propagationSeconds: 180,
    });
    expect(kind.destinations(settingsOf()).secrets).toEqual(['gateways/edge-1']);
  });

  test('is refused without the setting, in words that name it', async () => {
    kong.addPlugin({ serviceUrl, sharedSecret: reference });
    expect(await errorOf(install({}))).toMatchObject({
      name: 'KitMisconfigured',
      code: 'VAULT_REFERENCE',
      message: expect.stringMatching(/not overwritten\. Say in vaultSecret/),
    });
  });

  test('when only asked, shows the secret, that the reference stays, and that no ttl was shown', async () => {
    const id = kong.addPlugin({ serviceUrl, sharedSecret: reference });
    const { kit } = installationOf('kong', settingsOf());
    const found = await kind.check({ kit }, settingsOf(), accessTo(running.client).access);
    expectNoSecretIn(found);
    expect(found).toMatchObject({
      seen: [
        `Plugin ${id} of all requests holds a vault reference, which stays.`,
        `Secret gateways/edge-1 is there for this kit, and holds credential ${older.credentialId}.`,
      ],
      notShown: [expect.stringContaining('Which ttl the vault has'), expect.any(String)],
      would: [expect.stringContaining('the credential under "credential"')],
      holds: [older.credentialId],
    });
    expect(await held()).toContain(older.value);
  });

  const refused = async (words: RegExp, more?: object) => {
    expect(await errorOf(install(more))).toMatchObject({
      code: 'VAULT_REFERENCE',
      message: expect.stringMatching(words),
    });
    expect(await held()).toContain(older.value);
  };

  test('refuses a vault that Kong never reads again, or later than the settings say', async () => {
    kong.addPlugin({ serviceUrl, sharedSecret: reference });
    addVault({ ttl: 0 });
    await refused(/has no ttl/);
    await kong.close();
    kong = await openKong({ port: 0, workerUpdateMs: 0, nowMs: () => startAtMs });
    kong.addPlugin({ serviceUrl, sharedSecret: reference });
    addVault({ ttl: 3_600 });
    await refused(/ttl of 3600 seconds, and vaultSecret\.ttlSeconds is 120/);
  });

  test('refuses another secret or key than the reference names', async () => {
    addVault();
    kong.addPlugin({ serviceUrl, sharedSecret: reference });
    await refused(/names another secret/, { vaultSecret: { ...vaultSecret, secretId: 'gateways/edge' } });
    await refused(/names another key/, { vaultSecret: { ...vaultSecret, jsonKey: 'token' } });
    await refused(/jsonKey is missing/, { vaultSecret: { secretId: 'gateways/edge-1', ttlSeconds: 120 } });
  });

  test('takes the secret of a reference by its ARN', async () => {
    addVault();
    kong.addPlugin({ serviceUrl, sharedSecret: reference });
    const { ARN = '' } = await running.client.send(new GetSecretValueCommand({ SecretId: 'gateways/edge-1' }));
    await install({ vaultSecret: { ...vaultSecret, secretId: ARN } });
    expect(await held()).toContain(newer.value);
  });

  test('takes a secret of another name for a backend that something else fills from it', async () => {
    addVault({ ttl: 60, prefix: 'PING_' }, 'env');
    kong.addPlugin({ serviceUrl, sharedSecret: '{vault://ping/credential}' });
    await install();
    expect(await held()).toContain(newer.value);
  });

  test('refuses references beside values, different references, and the setting without any reference', async () => {
    const value = kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    await refused(/vaultSecret is set, but shared_secret is no vault reference/);
    const one = kong.addPlugin({ serviceUrl, sharedSecret: reference });
    await refused(/holds a value and others a vault reference/);
    kong.removePlugin(value);
    kong.addPlugin({ serviceUrl, sharedSecret: '{vault://ping/else/credential}' });
    await refused(/different vault references/);
    kong.removePlugin(one);
  });
});

test.each([
  ['{vault://aws/ping-gw/credential}', { prefix: 'aws', resource: 'ping-gw', key: 'credential' }],
  ['{vault://aws/ping-gw}', { prefix: 'aws', resource: 'ping-gw', key: undefined }],
  ['{vault://my-vault/a/b/c?x=1}', { prefix: 'my-vault', resource: 'a/b', key: 'c' }],
  ['{vault://aws/a%2Fb/c#2}', { prefix: 'aws', resource: 'a/b', key: 'c' }],
  ['{vault://aws/a/}', { prefix: 'aws', resource: 'a', key: undefined }],
  ['{vault://aws}', undefined],
  ['{vault:///a}', undefined],
  ['{vault://aws/%zz}', undefined],
  ['vault://aws/a', undefined],
])('the reference %s is read as Kong reads it', (text, expected) => {
  expect(parseReference(text)).toEqual(expected);
});

test.each([
  [{ ...vaultSecret, ttlSeconds: 0 }, /never reads the secret again/],
  [{ ...vaultSecret, secret: 'x' }, /Unrecognized key/],
  [{ secretId: 'x' }, /expected number/],
])('refuses the settings %j', (given, words) => {
  const read = kind.settings.safeParse({ adminUrl: 'https://kong.internal', vaultSecret: given });
  expect(read.error?.message).toMatch(words);
});
