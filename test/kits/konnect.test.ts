import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import type { KitFetch } from '../../lambdas/ports.ts';
import { type Konnect, openKonnect } from '../../lib/local/stand-ins/konnect.ts';
import { accessTo, errorOf, expectNoSecretIn, installationOf, newer, older } from './installation.ts';

const realFetch = keptFetch();

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const controlPlaneId = '9524ec7d-36d9-465d-a8c5-83a3c9390458';
const tokens = { 'kpat_marked-editor': 'editor', 'kpat_marked-viewer': 'viewer' } as const;
const kind = kitKindOf('konnect');
const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const config = { service_url: 'https://policy.example/edge-1', secret_header_name: 'CLIENT-TOKEN' };
const key = 'edge-credential';

let konnect: Konnect;
beforeEach(async () => {
  konnect = await openKonnect({ port: 0, controlPlaneId, tokens });
});
afterEach(() => konnect.close());

const settingsOf = (more: object = {}) => ({ apiUrl: konnect.apiUrl, controlPlaneId, tokenSecret: 'token', ...more });
const accessWith = (token: string, fetch: KitFetch = realFetch) =>
  accessTo(secrets, { readSecret: async () => token, fetch }).access;
const install = (more: object = {}, access = accessWith('kpat_marked-editor\n')) =>
  kind.install(installationOf('konnect', settingsOf(more)), settingsOf(more), access);
const check = async (more: object = {}) => {
  const { kit } = installationOf('konnect', settingsOf(more));
  const found = await kind.check({ kit }, settingsOf(more), accessWith('kpat_marked-viewer'));
  expectNoSecretIn(found);
  return found;
};
const puts = () => konnect.requests.filter((one) => one.startsWith('PUT')).length;

/** Real HTTP; what is given runs before the first request of this method. */
const before = (method: string, act: () => void): KitFetch => {
  let isDone = false;
  return (url, init) => {
    if (init.method === method && !isDone) {
      isDone = true;
      act();
    }
    return realFetch(url, init);
  };
};

describe('a plugin of a control plane', () => {
  test('is put back whole, with nothing changed but the value', async () => {
    const id = konnect.addPlugin({
      config: { ...config, shared_secret: older.value, connection_timeout_ms: 5_000 },
      instance_name: 'edge',
      enabled: false,
      protocols: ['https'],
      tags: ['eu'],
      route: { id: 'r1' },
    });
    const was = konnect.plugin(id);
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(konnect.plugin(id)).toEqual({
      ...was,
      updated_at: expect.any(Number),
      config: { ...config, connection_timeout_ms: 5_000, shared_secret: newer.value },
    });
    expect(puts()).toBe(1);
  });

  test('is set with all others that the settings select, and no others', async () => {
    const given = { ...config, shared_secret: older.value };
    const ids = [['eu'], ['eu'], ['us']].map((tags) => konnect.addPlugin({ config: given, tags }));
    await install({ tags: ['eu'] });
    expect(ids.map((id) => konnect.plugin(id)?.config)).toEqual([
      { ...config, shared_secret: newer.value },
      { ...config, shared_secret: newer.value },
      given,
    ]);
  });

  test('that somebody changed after it was listed keeps that change', async () => {
    const id = konnect.addPlugin({ config: { ...config, shared_secret: older.value } });
    let gets = 0;
    const fetch: KitFetch = (url, init) => {
      if (String(url).endsWith(`/plugins/${id}`) && init.method === 'GET') {
        gets += 1;
        if (gets === 1) konnect.change(id, { connection_timeout_ms: 7 });
      }
      return realFetch(url, init);
    };
    await install({}, accessWith('kpat_marked-editor', fetch));
    expect(konnect.plugin(id)?.config).toEqual({ ...config, connection_timeout_ms: 7, shared_secret: newer.value });
    expect([gets, puts()]).toEqual([2, 1]);
  });

  test('when only asked, says what would be written, and is not changed', async () => {
    const id = konnect.addPlugin({ config: { ...config, shared_secret: older.value }, service: { id: 'pay' } });
    expect(await check()).toEqual({
      seen: [`Plugin ${id} of service pay holds credential ${older.credentialId}.`],
      notShown: ['Whether the token may change plugins: that is seen at the first change.'],
      would: [`PUT plugin ${id} of service pay as it is, with another config.shared_secret.`],
      holds: [older.credentialId],
    });
    expect(puts()).toBe(0);
  });

  test('refuses a token that may only read, one that is unknown, and one that is none', async () => {
    konnect.addPlugin({ config: { ...config, shared_secret: older.value } });
    for (const token of ['kpat_marked-viewer', 'kpat_unknown'])
      expect(await errorOf(install({}, accessWith(token)))).toMatchObject({ code: 'ACCESS_DENIED' });
    expect(await errorOf(install({}, accessWith('a\nb')))).toMatchObject({ code: 'SECRET_UNUSABLE' });
    expect(await errorOf(install({}, accessWith('')))).toMatchObject({ code: 'SECRET_UNUSABLE' });
  });

  test('refuses a control plane that is not there, and one without a plugin of this kit', async () => {
    expect(await errorOf(install({ controlPlaneId: 'another' }))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await errorOf(install())).toMatchObject({ code: 'NOTHING_TO_UPDATE' });
  });
});

describe('the entry of a Config Store', () => {
  const withStore = (entries: Readonly<Record<string, string>>, reference = `{vault://kits/${key}}`) => {
    const id = konnect.addConfigStore(entries);
    konnect.addVault({ prefix: 'kits', name: 'konnect', config: { config_store_id: id } });
    const pluginId = konnect.addPlugin({ config: { ...config, shared_secret: reference } });
    return { id, pluginId, configStore: { id, key } };
  };

  test('is written, and the plugin that refers to it is not', async () => {
    const { id, pluginId, configStore } = withStore({ [key]: older.value });
    const was = konnect.plugin(pluginId);
    await install({ configStore });
    expect([konnect.entry(id, key), konnect.plugin(pluginId)]).toEqual([newer.value, was]);
  });

  test('is made when it is not there yet', async () => {
    const { id, configStore } = withStore({});
    expect(await check({ configStore })).toMatchObject({
      would: [`Make entry ${key} of the Config Store.`],
      holds: [],
    });
    await install({ configStore });
    expect(konnect.entry(id, key)).toBe(newer.value);
  });

  test('that somebody makes in the same moment is written over', async () => {
    const { id, configStore } = withStore({});
    const fetch = before('POST', () => konnect.setEntry(id, key, older.value));
    await install({ configStore }, accessWith('kpat_marked-editor', fetch));
    expect(konnect.entry(id, key)).toBe(newer.value);
  });

  test('proves nothing when read back: Konnect never shows it', () => {
    const traits = kind.traits(settingsOf({ configStore: { id: 'a', key } }));
    expect(traits).toEqual({ installedBy: 'us', readBackProves: 'nothing', propagationSeconds: 60 });
    expect(kind.traits(settingsOf())).toMatchObject({ readBackProves: 'store' });
  });

  test('refuses a plugin with a reference, in words that name the setting', async () => {
    withStore({ [key]: older.value });
    expect(await errorOf(install())).toMatchObject({
      code: 'VAULT_REFERENCE',
      message: expect.stringMatching(/not overwritten\. Say in configStore/),
    });
  });

  test.each([
    ['{vault://other/edge-credential}', {}, /no vault of the prefix/],
    ['{vault://aws/edge-credential}', {}, /no Config Store of Konnect/],
    ['{vault://kits/edge-credential}', { id: 'b' }, /another Config Store/],
    ['{vault://kits/edge-credential}', { key: 'b' }, /another entry than configStore\.key/],
    ['{vault://kits/edge-credential/part}', {}, /only be written whole/],
    [older.value, {}, /configStore is set, but shared_secret is no vault reference/],
  ])('refuses %s for the settings with %j before anything is written', async (reference, more, words) => {
    const { id, configStore } = withStore({ [key]: older.value }, reference);
    konnect.addVault({ prefix: 'aws', name: 'aws', config: { ttl: 60 } });
    expect(await errorOf(install({ configStore: { ...configStore, ...more } }))).toMatchObject({
      code: 'VAULT_REFERENCE',
      message: expect.stringMatching(words),
    });
    expect(konnect.entry(id, key)).toBe(older.value);
  });
});

describe('the stand-in answers as Konnect does', () => {
  const asked = async (method: string, path: string, json?: object, token = 'kpat_marked-editor') => {
    const url = `${konnect.apiUrl}/v2/control-planes/${controlPlaneId}/${path}`;
    const headers = { authorization: `Bearer ${token}` };
    return fetch(url, { method, headers, ...(json ? { body: JSON.stringify(json) } : {}) });
  };

  test('refuses part of a plugin, a field that it does not know, and a change in place', async () => {
    const whole = { name: 'ping-auth', config: { ...config, shared_secret: older.value } };
    const id = konnect.addPlugin({ config: whole.config });
    const put = async (json: object) => (await asked('PUT', `core-entities/plugins/${id}`, json)).status;
    expect(await put({ config: { shared_secret: newer.value } })).toBe(400);
    expect(await put({ ...whole, secret: 'x' })).toBe(400);
    expect(await put({ ...whole, config: { ...whole.config, secret: 'x' } })).toBe(400);
    expect(await put(whole)).toBe(200);
    expect((await asked('PATCH', `core-entities/plugins/${id}`, whole)).status).toBe(405);
  });

  test('never shows the value of an entry, and takes it only by its own name', async () => {
    const id = konnect.addConfigStore({ [key]: older.value });
    const got = await asked('GET', `config-stores/${id}/secrets/${key}`);
    expect([got.status, await got.text()]).toEqual([200, expect.not.stringContaining(older.value)]);
    expect((await asked('PUT', `config-stores/${id}/secrets/${key}`, { key, value: 'x' })).status).toBe(400);
    expect((await asked('PUT', `config-stores/${id}/secrets/other`, { value: 'x' })).status).toBe(404);
    expect((await asked('POST', `config-stores/${id}/secrets`, { key, value: 'x' })).status).toBe(409);
    expect(
      (await asked('PUT', `config-stores/${id}/secrets/${key}`, { value: 'x' }, 'kpat_marked-viewer')).status,
    ).toBe(403);
  });
});

test.each([
  { apiUrl: 'http://eu.api.konghq.com' },
  { controlPlaneId: '../other' },
  { tokenSecret: undefined },
  { configStore: { id: 'a/b', key } },
  { configStore: { id: 'a' } },
  { token: 'kpat_x' },
])('refuses the settings %j', (more) => {
  const good = { apiUrl: 'https://eu.api.konghq.com', controlPlaneId, tokenSecret: 'token' };
  expect(kind.settings.safeParse(good).success).toBe(true);
  expect(kind.settings.safeParse({ ...good, ...more }).success).toBe(false);
});
