import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CredentialValue } from '../../lambdas/domain/credential.ts';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { kitKindOf, kitSettingsSchema } from '../../lambdas/kits/kinds.ts';
import type { KitAccess } from '../../lambdas/kits/kit-kind.ts';
import { serviceAccountToken } from '../../lambdas/kits/service-account.ts';
import type { KitFetch } from '../../lambdas/ports.ts';
import { type Apigee, type ApigeeOptions, openApigee } from '../../lib/local/stand-ins/apigee.ts';
import { accessTo, errorOf, expectNoSecretIn, installationOf, newer, older, startAtMs } from './installation.ts';
import { pauses } from './no-waiting.ts';

const realFetch = keptFetch();

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const kind = kitKindOf('apigee');
const map = 'organizations/acme/environments/prod/keyvaluemaps/ping';
const names = { organization: 'acme', environment: 'prod', keyValueMap: 'ping', accessSecret: 'apigee-access' };

let nowMs = startAtMs;
let apigee: Apigee;
let settings: Record<string, unknown>;
let secret: string;
const open = async (more: Partial<ApigeeOptions> = {}) => {
  await apigee?.close();
  apigee = await openApigee({ port: 0, cacheMs: 300_000, nowMs: () => nowMs, ...more });
  settings = { ...names, baseUrl: apigee.origin, ...(more.edgeAuthorization ? {} : { tokenUrl: apigee.tokenUrl }) };
  secret = apigee.keyFile;
};
beforeEach(async () => {
  nowMs = startAtMs;
  await open();
  apigee.addMap(map, { shared_secret: older.value, service_base_path: '/v1' });
});
afterEach(() => apigee.close());

const access = (more: Partial<KitAccess> = {}) =>
  accessTo(secrets, {
    nowMs: () => nowMs,
    readSecret: async () => secret,
    signal: AbortSignal.timeout(20_000),
    ...more,
  }).access;
const install = (more: Partial<KitAccess> = {}, credential = newer) =>
  kind.install(installationOf('apigee', settings, credential), settings, access(more));
const readBack = (more: Partial<KitAccess> = {}) =>
  kind.readBack?.(installationOf('apigee', settings), settings, access(more));
const check = async () => {
  const { kit } = installationOf('apigee', settings);
  const found = await kind.check({ kit }, settings, access());
  expectNoSecretIn(found);
  return found;
};
const failed = async (work: Promise<unknown> = install()) => {
  const error = await errorOf(work);
  expect(String(error)).not.toMatch(/PRIVATE KEY|ya29|no: |not found|payload/); // what Apigee answered, and the key
  return error;
};
const writes = () => apigee.requests.filter((request) => /^(PUT|POST) .*\/entries/.test(request));

describe('Apigee', () => {
  test('gets the credential into one entry, and no other one changes', async () => {
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(apigee.stored(map, 'shared_secret')).toBe(newer.value);
    expect(apigee.stored(map, 'service_base_path')).toBe('/v1');
    expect(writes()).toEqual([`PUT /v1/${map}/entries/shared_secret`]);
  });

  test('is written once, however often it is asked', async () => {
    await install();
    await install();
    expect(writes()).toHaveLength(1);
  });

  test('shows what it stores at once, and proxies use it when their cache has ended', async () => {
    expect(await readBack()).toEqual({ matches: false });
    await install();
    expect(await readBack()).toEqual({ matches: true });
    expect(kind.traits(settings)).toEqual({ installedBy: 'us', readBackProves: 'store', propagationSeconds: 300 });
    nowMs += 299_999;
    expect(apigee.currentCredential(map, 'shared_secret')).toBe(older.value);
    nowMs += 1;
    expect(apigee.currentCredential(map, 'shared_secret')).toBe(newer.value);
  });

  test('shows when a policy with InitialEntries has set the old one back', async () => {
    await install();
    apigee.put(map, 'shared_secret', older.value);
    expect(await readBack()).toEqual({ matches: false });
  });

  test('takes a value of every character that credentials have', async () => {
    const value = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.' as CredentialValue;
    await install({}, { ...newer, value });
    expect(apigee.stored(map, 'shared_secret')).toBe(value);
  });

  test.each([
    ['organizations/acme/keyvaluemaps/ping', {}],
    ['organizations/acme/apis/ping-proxy/keyvaluemaps/ping', { api: 'ping-proxy' }],
  ])('reaches %s', async (path, scope) => {
    apigee.addMap(path, { shared_secret: older.value });
    const { environment, ...others } = settings;
    settings = { ...others, ...scope };
    await install();
    expect([apigee.stored(path, 'shared_secret'), apigee.stored(map, 'shared_secret')]).toEqual([
      newer.value,
      older.value,
    ]);
  });

  test('creates an entry only when it is told to', async () => {
    settings.entry = 'credential';
    expect(await failed()).toMatchObject({
      name: 'KitMisconfigured',
      code: 'NOT_FOUND',
      message: expect.stringContaining('no such entry'),
    });
    expect(writes()).toEqual([]);
    settings.createsEntry = true;
    expect(await readBack()).toEqual({ matches: false });
    await install();
    expect(writes()).toEqual([`POST /v1/${map}/entries`]);
    expect(apigee.stored(map, 'credential')).toBe(newer.value);
  });

  test('refuses a map that is not there, also when entries are to be created', async () => {
    settings = { ...settings, keyValueMap: 'pong', createsEntry: true };
    expect(await failed()).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('no such map') });
  });

  test('that masks its values is written and not read back, once the settings say so', async () => {
    apigee.addMap(map, { shared_secret: older.value }, { masks: true });
    expect(await failed()).toMatchObject({ name: 'KitMisconfigured', code: 'SETTINGS_WRONG' });
    expect(writes()).toEqual([]);
    settings.masksValues = true;
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(await readBack()).toBeUndefined();
    expect(kind.traits(settings)).toMatchObject({ readBackProves: 'nothing' });
    expect(apigee.stored(map, 'shared_secret')).toBe(newer.value);
  });

  test('counts a value that another writer puts in between as a failure', async () => {
    const fetch: KitFetch = async (url, init) => {
      const answer = await realFetch(url, init);
      if (init.method === 'PUT') apigee.put(map, 'shared_secret', older.value);
      return answer;
    };
    expect(await failed(install({ fetch }))).toMatchObject({ name: 'KitUnreachable', code: 'NOT_STORED' });
  });
});

describe('Apigee, tried again within its time', () => {
  beforeEach(() => {
    pauses.waitedMs.length = 0;
  });

  test('finds what was written although the answer was lost, and writes nothing twice', async () => {
    const fetch: KitFetch = async (url, init) => {
      const answer = await realFetch(url, init);
      if (init.method === 'PUT') throw new TypeError('fetch failed');
      return answer;
    };
    expect([await install({ fetch }), writes().length]).toEqual([{ state: 'INSTALLED' }, 1]);
  });

  test('waits as long as a 429 says, and twice as long after each 5xx', async () => {
    const answers = [
      new Response('x', { status: 429, headers: { 'retry-after': '3' } }),
      new Response('x', { status: 503 }),
      new Response('x', { status: 500 }),
    ];
    await install({ fetch: async (url, init) => answers.shift() ?? realFetch(url, init) });
    expect(pauses.waitedMs).toEqual([3_000, 1_000, 2_000]);
    expect(apigee.stored(map, 'shared_secret')).toBe(newer.value);
  });

  test('is left to the next round when it wants to be left alone for long', async () => {
    const limited = async () => new Response('x', { status: 429, headers: { 'retry-after': '60' } });
    expect(await failed(install({ fetch: limited }))).toMatchObject({ name: 'KitUnreachable', code: 'RATE_LIMITED' });
  });

  test('is asked once after a 4xx', async () => {
    apigee.faults.push(400);
    expect(await failed(install())).toMatchObject({ name: 'KitRefused' });
    expect(apigee.requests).toEqual([]);
  });
});

describe('Apigee refuses', () => {
  test.each([
    [
      'no permission to write',
      () => apigee.permissions.delete('apigee.keyvaluemapentries.update'),
      /HTTP 403.*keyvaluemapentries/,
    ],
    ['no permission to read', () => apigee.permissions.clear(), /HTTP 403/],
    ['a key that was taken away', () => apigee.deleteKey(), /HTTP 400 \(invalid_grant\).*secret apigee-access/],
    ['a clock that is wrong', () => undefined, /invalid_grant/],
  ])('%s', async (what, make, message) => {
    make();
    const wrongClock = what.includes('clock') ? { nowMs: () => startAtMs - 7_200_000 } : {};
    expect(await failed(install(wrongClock))).toMatchObject({
      name: 'KitRefused',
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(message),
    });
    expect(apigee.stored(map, 'shared_secret')).toBe(older.value);
  });

  test.each(['', 'not json', '{"client_email":"a@b","private_key":"x"}', '{"username":"a","password":"b"}'])(
    'a secret that is no key file: %j',
    async (text) => {
      secret = text;
      expect(await failed()).toMatchObject({ name: 'KitMisconfigured', code: 'SECRET_UNUSABLE' });
      expect(apigee.requests).toEqual([]);
    },
  );

  test.each([
    { environment: 'prod', api: 'proxy' },
    { edition: 'edge', tokenUrl: 'https://oauth2.googleapis.com/token' },
    { keyValueMap: '..' },
    { entry: 'a/b' },
    { organization: '' },
    { cacheSeconds: 0 },
    { baseUrl: 'http://apigee.example' },
    { secret: 'x' },
  ])('settings %j', (wrong) => {
    const given = { organization: 'acme', keyValueMap: 'ping', accessSecret: 'x' };
    expect(kitSettingsSchema.safeParse({ kind: 'apigee', settings: given }).success).toBe(true);
    expect(kitSettingsSchema.safeParse({ kind: 'apigee', settings: { ...given, ...wrong } }).success).toBe(false);
  });

  test('its stand-in too: other scopes, unknown fields, a name that is not that of the path', async () => {
    const token = apigeeToken('https://www.googleapis.com/auth/devstorage.read_only');
    expect((await put({ name: 'shared_secret', value: 'x' }, await token)).status).toBe(403);
    const good = await apigeeToken('https://www.googleapis.com/auth/cloud-platform');
    expect((await put({ name: 'shared_secret', value: 'x', more: 1 }, good)).status).toBe(400);
    expect((await put({ name: 'other', value: 'x' }, good)).status).toBe(400);
    expect((await put({ name: 'shared_secret', value: 'x' }, 'ya29.other')).status).toBe(401);
  });
});

const apigeeToken = (scope: string) =>
  serviceAccountToken(
    installationOf('apigee', settings).kit,
    { keySecret: 'apigee-access', scope, tokenUrl: apigee.tokenUrl },
    access(),
  );
const put = (body: object, token: string) =>
  fetch(`${apigee.origin}/v1/${map}/entries/shared_secret`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });

describe('Apigee Edge', () => {
  const edge = async (more: Partial<ApigeeOptions> = {}) => {
    await open({ edgeAuthorization: `Basic ${Buffer.from('robot@acme.example:p:w').toString('base64')}`, ...more });
    apigee.addMap(map, { shared_secret: older.value });
    settings.edition = 'edge';
    secret = JSON.stringify({ username: 'robot@acme.example', password: 'p:w' });
  };

  test('is updated by POST, with the user that the secret names', async () => {
    await edge();
    await install();
    await install();
    expect(writes()).toEqual([`POST /v1/${map}/entries/shared_secret`]);
    expect(await readBack()).toEqual({ matches: true });
    expect(kind.destinations(settings).urls).toEqual([`${apigee.origin}/v1/${map}`]);
  });

  test('is opened with a token as well', async () => {
    await edge({ edgeAuthorization: 'Bearer t0ken' });
    secret = JSON.stringify({ token: 't0ken' });
    await install();
    expect(apigee.stored(map, 'shared_secret')).toBe(newer.value);
  });

  test('refuses a wrong password, and a secret of another form', async () => {
    await edge();
    secret = JSON.stringify({ username: 'robot@acme.example', password: 'other' });
    expect(await failed()).toMatchObject({ name: 'KitRefused', code: 'ACCESS_DENIED' });
    secret = JSON.stringify({ username: 'robot@acme.example', password: 'p:w', more: 1 });
    expect(await failed()).toMatchObject({ name: 'KitMisconfigured', code: 'SECRET_UNUSABLE' });
  });

  test('is refused where only whole maps are updated, and says what to do', async () => {
    await edge({ wholeMapsOnly: true });
    expect(await failed()).toMatchObject({
      name: 'KitRefused',
      code: 'NOT_SUPPORTED',
      message: expect.stringMatching(/CPS.*webhook/),
    });
  });
});

describe('Apigee, when it is only asked', () => {
  test('says what it holds, whether it may be written, and warns of InitialEntries; and changes nothing', async () => {
    expect(await check()).toEqual({
      seen: [
        `Entry shared_secret of key value map ping is there, and holds credential ${older.credentialId}.`,
        'The service account may update it.',
      ],
      notShown: [expect.stringContaining('InitialEntries'), expect.stringContaining('longer than 300 s')],
      would: ['Update entry shared_secret of key value map ping, and nothing else of the map.'],
      holds: [older.credentialId],
    });
    expect(writes()).toEqual([]);
  });

  test('says that a permission is only seen at the first write where it is not shown', async () => {
    apigee.permissions.delete('apigee.keyvaluemapentries.update');
    expect((await check()).notShown).toContain('Whether it may be written: that is seen when it is.');
    settings.createsEntry = true;
    settings.entry = 'new';
    expect(await check()).toMatchObject({ would: [expect.stringMatching(/^Create entry new/)], holds: [] });
  });

  test('goes to Google and nowhere else by default', () => {
    expect(kind.destinations(names)).toEqual({
      urls: [`https://apigee.googleapis.com/v1/${map}`, 'https://oauth2.googleapis.com/token'],
      secrets: ['apigee-access'],
    });
  });
});
