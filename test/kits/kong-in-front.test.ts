import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import type { KitFetch } from '../../lambdas/ports.ts';
import { type Kong, openKong } from '../../lib/local/stand-ins/kong.ts';
import { accessTo, adminToken, errorOf, installationOf, newer, older, startAtMs } from './installation.ts';
import { openTlsInFront, type TlsInFront } from './tls-in-front.ts';

const realFetch = keptFetch();

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const kind = kitKindOf('kong');
const serviceUrl = 'http://127.0.0.1:8080/gateways/orders/kits/edge-1';
const key = 'marked-key-of-the-proxy';

let kong: Kong;
let plugin: string;
beforeEach(async () => {
  kong = await openKong({
    port: 0,
    adminToken,
    adminHeaders: { apikey: key },
    workerUpdateMs: 0,
    nowMs: () => startAtMs,
  });
  plugin = kong.addPlugin({ serviceUrl, sharedSecret: older.value });
});
afterEach(() => kong.close());

const install = (named: Readonly<Record<string, string>>, more: object = {}) => {
  const settings = { adminUrl: kong.adminUrl, adminTokenSecret: 'token', adminHeadersSecret: 'headers', ...more };
  const texts: Readonly<Record<string, string>> = {
    token: adminToken,
    headers: JSON.stringify({ apikey: key }),
    ...named,
  };
  const readSecret = async (secretId: string): Promise<string> => texts[secretId] ?? '';
  return kind.install(installationOf('kong', settings), settings, accessTo(secrets, { readSecret }).access);
};

describe('headers from a secret', () => {
  test('are sent with every request, beside the token', async () => {
    expect(await install({})).toEqual({ state: 'INSTALLED' });
    expect(kong.storedSecret(plugin)).toBe(newer.value);
  });

  test('can hold the token too', async () => {
    const headers = JSON.stringify({ APIKEY: key, 'Kong-Admin-Token': adminToken });
    expect(await install({ headers }, { adminTokenSecret: undefined })).toEqual({ state: 'INSTALLED' });
  });

  test('that are wrong are refused by what stands before the Admin API', async () => {
    expect(await errorOf(install({ headers: '{"apikey":"another"}' }))).toMatchObject({ code: 'ACCESS_DENIED' });
  });

  test.each([
    ['', 'no JSON'],
    ['[]', 'a list'],
    ['{}', 'nothing'],
    ['{"a":1}', 'a number'],
    ['{"a b":"c"}', 'a name with a blank'],
    ['{"":"c"}', 'no name'],
    ['{"a":"b\\r\\nc: d"}', 'a line of its own'],
    ['{"a":""}', 'an empty value'],
    ['{"a":"\\u0000"}', 'a control character'],
    ['{"a":"grün"}', 'a value outside of ASCII'],
    ['{"a":"b","A":"c"}', 'a header twice'],
    ['{"Host":"elsewhere"}', 'another host'],
    ['{"Transfer-Encoding":"chunked"}', 'a header of the connection'],
    ['{"Content-Length":"0"}', 'a header of the body'],
    [`{"apikey":"${key}","kong-admin-token":"x"}`, 'the token that is given already'],
  ])('refuses %j: %s', async (headers) => {
    const error = await errorOf(install({ headers }));
    expect(error).toMatchObject({ name: 'KitMisconfigured', code: 'SECRET_UNUSABLE' });
    expect(String(error)).not.toContain(key);
    expect(kong.requests).toEqual([]);
  });
});

describe('a private CA', () => {
  let front: TlsInFront;
  beforeEach(async () => {
    front = await openTlsInFront(kong.adminUrl);
  });
  afterEach(() => front.close());
  const behind = (ca: string, more: object = {}) =>
    install({ ca }, { adminUrl: front.url, caCertificateSecret: 'ca', ...more });

  test('lets a certificate that it has issued be trusted, for this kit alone', async () => {
    expect(await behind(`# our CA\n${front.ca}`)).toEqual({ state: 'INSTALLED' });
    expect(kong.storedSecret(plugin)).toBe(newer.value);
    expect(await errorOf(install({}, { adminUrl: front.url }))).toMatchObject({
      code: 'NO_CONNECTION',
      message: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY|DEPTH_ZERO/),
    });
  });

  test('refuses a certificate of another one, and one for another name', async () => {
    expect(await errorOf(behind(front.otherCa))).toMatchObject({ code: 'NO_CONNECTION' });
    const elsewhere = front.url.replace('localhost', '127.0.0.2');
    expect(await errorOf(behind(front.ca, { adminUrl: elsewhere }))).toMatchObject({
      code: 'NO_CONNECTION',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  });

  test('answers are read as without one', async () => {
    kong.faults.push(429, 429, 429, 429, 429);
    expect(await errorOf(behind(front.ca))).toMatchObject({ code: 'RATE_LIMITED' });
    kong.faults.push('reset', 'reset', 'reset', 'reset', 'reset');
    expect(await errorOf(behind(front.ca))).toMatchObject({ name: 'KitUnreachable' });
    kong.faults.push(302);
    expect(await errorOf(behind(front.ca))).toMatchObject({ code: 'REDIRECTED' });
  });

  test.each([
    ['nothing', () => ''],
    ['no PEM', () => 'certificate'],
    ['half a certificate', () => front.ca.slice(0, 200)],
    ['a damaged one', () => front.ca.replace(/[A-Za-z]{8}/g, 'AAAAAAAA')],
    ['a key beside it', () => `${front.ca}\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`],
  ])('refuses %s in its secret', async (_, ca) => {
    expect(await errorOf(behind(ca()))).toMatchObject({ name: 'KitMisconfigured', code: 'SECRET_UNUSABLE' });
  });

  test('is for https', () => {
    const settings = { adminUrl: kong.adminUrl, caCertificateSecret: 'ca' };
    expect(kind.settings.safeParse(settings).success).toBe(false);
  });
});

describe('settings', () => {
  test.each([
    'https://kong.internal:8444?x=1',
    'https://kong.internal:8444/?',
    'https://kong.internal:8444/#top',
    'https://kong.internal:8444#',
  ])('refuse the adminUrl %s', (adminUrl) => {
    expect(kind.settings.safeParse({ adminUrl }).success).toBe(false);
  });

  test.each(['.', '..', 'a/b', '%2e%2e', ''])('refuse the workspace %j', (workspace) => {
    expect(kind.settings.safeParse({ adminUrl: 'https://kong.internal', workspace }).success).toBe(false);
  });

  test.each(['default', 'a.b', '...', '~team_1'])('take the workspace %j', (workspace) => {
    expect(kind.settings.safeParse({ adminUrl: 'https://kong.internal', workspace }).success).toBe(true);
  });
});

describe('what a refused change means', () => {
  const patched = async (status: number, json: object) => {
    const fetch: KitFetch = async (url, init) =>
      init.method === 'PATCH' ? new Response(JSON.stringify(json), { status }) : realFetch(url, init);
    const settings = { adminUrl: kong.adminUrl, adminTokenSecret: 'token', adminHeadersSecret: 'headers' };
    const texts: Readonly<Record<string, string>> = { token: adminToken, headers: JSON.stringify({ apikey: key }) };
    const { access } = accessTo(secrets, { fetch, readSecret: async (secretId) => texts[secretId] ?? '' });
    return errorOf(kind.install(installationOf('kong', settings), settings, access));
  };

  test.each([
    [403, {}, 'ACCESS_DENIED', /permission to update plugins/],
    [405, { code: 12 }, 'NOT_SUPPORTED', /Run Kong with a database/],
    [405, { message: 'Method not allowed' }, 'NOT_SUPPORTED', /Konnect/],
    [404, {}, 'NOT_STORED', /listed again/],
    [401, {}, 'ACCESS_DENIED', /token/],
  ])('%i with %j is %s', async (status, json, code, message) => {
    expect(await patched(status, json)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('a Kong that changes nothing in place is not told to get a database', async () => {
    expect(String(await patched(405, {}))).not.toMatch(/Run Kong with a database/);
  });
});
