import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withSharedSecrets } from '../../lambdas/kits/declarative-config.ts';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import type { KitFetch } from '../../lambdas/ports.ts';
import { type Kong, openKong } from '../../lib/local/stand-ins/kong.ts';
import { accessTo, errorOf, installationOf, newer, older, startAtMs } from './installation.ts';

const realFetch = keptFetch();

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const serviceUrl = 'http://127.0.0.1:8080/gateways/orders/kits/edge-1';
const kind = kitKindOf('kong');
const secrets = new SecretsManagerClient({ region: 'us-east-1' });

let kong: Kong;
beforeEach(async () => {
  kong = await openKong({ port: 0, workerUpdateMs: 0, nowMs: () => startAtMs, dbLess: true });
});
afterEach(() => kong.close());

const install = (more: object = { declarativeConfig: true }, fetch = realFetch) => {
  const settings = { adminUrl: kong.adminUrl, ...more };
  return kind.install(installationOf('kong', settings), settings, accessTo(secrets, { fetch }).access);
};
const posts = () => kong.requests.filter((one) => one === 'POST /config').length;

/** What Kong exports, with things in it that a round trip through objects would change. */
const configWith = (one: string, other: string, secret: string) => `_format_version: '3.0'
_transform: false
consumers: # by hand
- custom_id: 9007199254740993
  username: 0x1F
plugins:
- config:
    service_url: ${serviceUrl}
    secret_header_name: CLIENT-TOKEN
    shared_secret: ${secret}
    connection_timeout_ms: 1e4
  id: ${one}
  name: ping-auth
- {id: "${other}", name: ping-auth, config: {service_url: "https://elsewhere.example", secret_header_name: X, shared_secret: '${older.value}'}}
`;

test('a Kong without a database gets its whole configuration back, with not a character changed but the value', async () => {
  const own = kong.addPlugin({ serviceUrl, sharedSecret: older.value });
  const other = kong.addPlugin({ serviceUrl: 'https://elsewhere.example', sharedSecret: older.value });
  kong.config = configWith(own, other, older.value);
  const settings = { declarativeConfig: true, serviceUrl };
  expect(await install(settings)).toEqual({ state: 'INSTALLED' });
  expect(kong.config).toBe(configWith(own, other, `"${newer.value}"`));
  expect([kong.storedSecret(own), kong.storedSecret(other)]).toEqual([newer.value, older.value]);
  await install(settings);
  expect(posts()).toBe(1);
});

test('is refused when the settings do not allow it, and nothing is posted', async () => {
  kong.addPlugin({ serviceUrl, sharedSecret: older.value });
  expect(await errorOf(install({}))).toMatchObject({
    code: 'NOT_SUPPORTED',
    message: expect.stringMatching(/without a database.*declarativeConfig/),
  });
  expect(posts()).toBe(0);
});

test('several plugins are set by one configuration', async () => {
  const ids = [1, 2, 3].map(() => kong.addPlugin({ serviceUrl, sharedSecret: older.value }));
  await install();
  expect(ids.map(kong.storedSecret)).toEqual([newer.value, newer.value, newer.value]);
  expect(posts()).toBe(1);
});

test('a Kong with a database is changed in place although the setting is there', async () => {
  await kong.close();
  kong = await openKong({ port: 0, workerUpdateMs: 0, nowMs: () => startAtMs });
  const id = kong.addPlugin({ serviceUrl, sharedSecret: older.value });
  await install();
  expect([kong.storedSecret(id), posts()]).toEqual([newer.value, 0]);
});

test('a configuration that somebody else puts there at the same time is found, and set again', async () => {
  const id = kong.addPlugin({ serviceUrl, sharedSecret: older.value });
  let isFirst = true;
  const fetch: KitFetch = async (url, init) => {
    const answer = await realFetch(url, init);
    if (init.method === 'POST' && isFirst) {
      isFirst = false;
      kong.setSecret(id, older.value);
    }
    return answer;
  };
  await install(undefined, fetch);
  expect([kong.storedSecret(id), posts()]).toEqual([newer.value, 2]);
});

test('a configuration that is there already when it is posted is not loaded again', async () => {
  const own = kong.addPlugin({ serviceUrl, sharedSecret: older.value });
  const statuses: number[] = [];
  const fetch: KitFetch = async (url, init) => {
    if (init.method === 'POST') kong.config = JSON.parse(String(init.body)).config;
    const answer = await realFetch(url, init);
    if (init.method === 'POST') statuses.push(answer.status);
    return answer;
  };
  expect(await install(undefined, fetch)).toEqual({ state: 'INSTALLED' });
  expect([statuses, kong.storedSecret(own)]).toEqual([[304], newer.value]);
});

const id = 'a1';
test.each([
  ['no YAML', '{'],
  ['a list', '- a'],
  ['no such plugin', 'plugins: [{id: b2, name: ping-auth, config: {shared_secret: x}}]'],
  ['another plugin of that id', 'plugins: [{id: a1, name: key-auth, config: {shared_secret: x}}]'],
  [
    'it twice',
    'plugins: [{id: a1, name: ping-auth, config: {shared_secret: x}}, {id: a1, name: ping-auth, config: {shared_secret: x}}]',
  ],
  ['a key twice', 'plugins: [{id: a1, name: ping-auth, config: {shared_secret: x, shared_secret: y}}]'],
  ['a number', 'plugins: [{id: a1, name: ping-auth, config: {shared_secret: 1}}]'],
  ['an alias', 'x: &x {shared_secret: y}\nplugins: [{id: a1, name: ping-auth, config: *x}]'],
  ['a block', 'plugins:\n- id: a1\n  name: ping-auth\n  config:\n    shared_secret: |\n      x\n'],
])('refuses to edit a configuration with %s', (_, text) => {
  expect(withSharedSecrets(text, [id], 'new')).toBeUndefined();
});

test.each([
  { declarativeConfig: true, workspace: 'a' },
  { declarativeConfig: true, vaultSecret: { secretId: 'x', ttlSeconds: 60 } },
])('refuses the settings %j', (more) => {
  expect(kind.settings.safeParse({ adminUrl: 'https://kong.internal', ...more }).success).toBe(false);
});
