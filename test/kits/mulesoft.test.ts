import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { clientAuthorization } from '../../lambdas/kits/client-credentials.ts';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { kitKindOf, kitSettingsSchema } from '../../lambdas/kits/kinds.ts';
import type { KitAccess } from '../../lambdas/kits/kit-kind.ts';
import { type Anypoint, type DefinedField, openAnypoint } from '../../lib/local/stand-ins/anypoint.ts';
import { accessTo, errorOf, expectNoSecretIn, installationOf, newer, older, startAtMs } from './installation.ts';

const realFetch = keptFetch();

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const kind = kitKindOf('mulesoft');
const organizationId = '5f6b7c1a-2d3e-4f50-8a91-b2c3d4e5f601';
const environmentId = '8c1d2e3f-4a5b-4c6d-9e7f-a0b1c2d3e4f5';
const [apiId, policyId] = ['17', '42'] as const;
const names = { organizationId, environmentId, apiId, policyId, field: 'clientToken', accessSecret: 'connected-app' };
const own = `/apimanager/api/v1/organizations/${organizationId}/environments/${environmentId}/apis/17/policies/42`;

const token: DefinedField = { propertyName: 'clientToken', type: 'string' };
const others: readonly DefinedField[] = [
  { propertyName: 'serviceUrl', type: 'string' },
  { propertyName: 'origins', type: 'string', optional: true },
  { propertyName: 'paths', type: 'keyvalues', optional: true },
  { propertyName: 'timeout', type: 'int', optional: true },
];
const rest = { serviceUrl: 'https://policy.example', origins: '*', paths: [{ key: 'a', value: '1' }], timeout: null };

let anypoint: Anypoint;
let settings: Record<string, unknown>;
beforeEach(async () => {
  anypoint = await openAnypoint({ port: 0, organizationId, environmentId, nowMs: () => startAtMs });
  anypoint.addPolicy(apiId, policyId, [token, ...others], { ...rest, clientToken: older.value });
  settings = { ...names, anypointUrl: anypoint.anypointUrl };
});
afterEach(() => anypoint.close());

const access = (more: Partial<KitAccess> = {}) =>
  accessTo(secrets, {
    readSecret: async () => JSON.stringify(anypoint.client),
    signal: AbortSignal.timeout(20_000),
    ...more,
  }).access;
const install = (more: Partial<KitAccess> = {}) =>
  kind.install(installationOf('mulesoft', settings), settings, access(more));
const readBack = () => kind.readBack?.(installationOf('mulesoft', settings), settings, access());
const check = async () => {
  const found = await kind.check({ kit: installationOf('mulesoft', settings).kit }, settings, access());
  expectNoSecretIn(found);
  return found;
};
const failed = async (work: Promise<unknown> = install()) => {
  const error = await errorOf(work);
  expect(String(error)).not.toMatch(/marked|no: /); // the secret of the app, a token, and what Anypoint answered
  return error;
};
const stored = () => anypoint.stored(apiId, policyId);
const written = () => anypoint.requests.filter((one) => /^(?!GET )\w+ \/apimanager/.test(one));
/** Something happens once, after the answer to a request of this method. */
const fetchThen = (method: string, path: RegExp, happens: () => unknown): KitAccess['fetch'] => {
  let isDone = false;
  return async (url, init) => {
    const answer = await realFetch(url, init);
    if (!isDone && init.method === method && path.test(url)) {
      isDone = true;
      happens();
    }
    return answer;
  };
};

describe('A policy', () => {
  test('gets the credential into one field, once, and keeps all others as they are', async () => {
    expect(await readBack()).toEqual({ matches: false });
    expect(await install()).toEqual({ state: 'INSTALLED' });
    await install();
    expect(stored()).toEqual({ ...rest, clientToken: newer.value });
    expect(written()).toEqual([`PATCH ${own}`]);
    expect(await readBack()).toEqual({ matches: true });
    expect(kind.traits(settings)).toEqual({ installedBy: 'us', readBackProves: 'store', propagationSeconds: 300 });
  });

  test('is read just before it is written: a change while its definition was read is kept', async () => {
    const fetch = fetchThen('GET', /exchange-policy-templates/, () =>
      anypoint.change(apiId, policyId, { serviceUrl: 'https://other.example' }),
    );
    await install({ fetch });
    expect(stored()).toMatchObject({ serviceUrl: 'https://other.example', clientToken: newer.value });
  });

  test('that gets another version meanwhile is read again', async () => {
    const fetch = fetchThen('GET', /exchange-policy-templates/, () => anypoint.change(apiId, policyId, {}, '1.1.0'));
    expect(await install({ fetch })).toEqual({ state: 'INSTALLED' });
    expect(written()).toHaveLength(1);
  });

  test('whose field is not set yet gets it', async () => {
    anypoint.addPolicy(apiId, policyId, [token, ...others], rest);
    expect((await check()).seen).toEqual([
      'Field clientToken of policy 42 of API 17 is there, and holds no credential.',
    ]);
    await install();
    expect(stored()).toMatchObject({ clientToken: newer.value });
  });
});

describe.each(['absent', 'null', 'asterisks'] as const)('A policy whose sensitive field is shown as %s', (shows) => {
  beforeEach(() => {
    anypoint.shows = shows;
    anypoint.addPolicy(apiId, policyId, [{ ...token, sensitive: true }, ...others], {
      ...rest,
      clientToken: older.value,
    });
  });

  test('is written and not read back, once the settings say so', async () => {
    expect(await failed()).toMatchObject({ name: 'KitMisconfigured', code: 'SETTINGS_WRONG' });
    expect(written()).toEqual([]);
    settings.masksValues = true;
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect(stored()).toEqual({ ...rest, clientToken: newer.value });
    expect(await readBack()).toBeUndefined();
    expect(kind.traits(settings)).toMatchObject({ readBackProves: 'nothing' });
    expect(await check()).toMatchObject({ seen: [expect.stringContaining('is not shown')], holds: [] });
  });

  test('counts as written only when nobody has changed it since', async () => {
    settings.masksValues = true;
    await install({
      fetch: fetchThen('PATCH', /policies/, () => anypoint.change(apiId, policyId, { clientToken: older.value })),
    });
    expect([written().length, stored()?.clientToken]).toEqual([2, newer.value]);
  });

  test('refuses to write it while another field is held back, which the write would destroy', async () => {
    settings.masksValues = true;
    anypoint.addPolicy(
      apiId,
      policyId,
      [token, { propertyName: 'trustStorePassword', type: 'string', sensitive: true, optional: true }, ...others],
      { ...rest, clientToken: older.value, trustStorePassword: 'marked' },
    );
    expect(await failed()).toMatchObject({
      name: 'KitRefused',
      code: 'NOT_SUPPORTED',
      message: expect.stringMatching(/field trustStorePassword of it is not shown.*webhook or manual/),
    });
    expect(await errorOf(check())).toMatchObject({ code: 'NOT_SUPPORTED' });
    expect([written(), stored()]).toEqual([[], { ...rest, clientToken: older.value, trustStorePassword: 'marked' }]);
  });
});

describe('MuleSoft refuses', () => {
  test('asterisks in a field that is not sensitive, and not a single one, which has a meaning', async () => {
    anypoint.change(apiId, policyId, { paths: [{ key: 'a', value: '****' }] });
    expect(await failed()).toMatchObject({ code: 'NOT_SUPPORTED', message: expect.stringContaining('field paths') });
  });

  test('a definition that does not say which fields are sensitive', async () => {
    anypoint.listsFields = false;
    expect(await failed()).toMatchObject({ name: 'KitRefused', code: 'NOT_SUPPORTED' });
    expect(written()).toEqual([]);
  });

  test('a policy of Mule 3, which has no definition', async () => {
    const fetch: KitAccess['fetch'] = async (url, init) =>
      url.endsWith(own)
        ? Response.json({ id: 42, policyTemplateId: '300', configurationData: { clientToken: older.value } })
        : realFetch(url, init);
    expect(await failed(install({ fetch }))).toMatchObject({ name: 'KitRefused', code: 'NOT_SUPPORTED' });
    expect(written()).toEqual([]);
  });

  test.each(['paths', 'token', 'timeout'])('the field %s, which is none for a credential', async (field) => {
    anypoint.change(apiId, policyId, { timeout: 20 });
    settings.field = field;
    expect(await failed()).toMatchObject({ name: 'KitMisconfigured' });
    expect(written()).toEqual([]);
  });

  test.each(['read:api_policies', 'manage:api_policies', 'read:exchange'])(
    'an app without the scope %s',
    async (scope) => {
      anypoint.scopes.delete(scope);
      expect(await failed()).toMatchObject({
        name: 'KitRefused',
        code: 'ACCESS_DENIED',
        message: expect.stringContaining(scope),
      });
      expect(stored()).toEqual({ ...rest, clientToken: older.value });
    },
  );

  test('a secret of the app that has expired, and a policy that is not there', async () => {
    settings.policyId = '43';
    expect(await failed()).toMatchObject({ name: 'KitMisconfigured', code: 'NOT_FOUND' });
    anypoint.expireSecret();
    expect(await failed()).toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(/HTTP 401 \(invalid_client\).*secret connected-app/),
    });
  });

  test.each([
    { organizationId: 'acme' },
    { apiId: 17 },
    { apiId: '../1' },
    { policyId: '0' },
    { field: '' },
    { field: 'a b' },
    { anypointUrl: 'http://anypoint.mulesoft.com' },
    { propagationSeconds: 0 },
    { clientSecret: 'x' },
  ])('settings %j', (wrong) => {
    expect(kitSettingsSchema.safeParse({ kind: 'mulesoft', settings: names }).success).toBe(true);
    expect(kitSettingsSchema.safeParse({ kind: 'mulesoft', settings: { ...names, ...wrong } }).success).toBe(false);
  });
});

test('the stand-in too refuses: another token, content type, unknown fields, a part of the configuration', async () => {
  const authorization = await clientAuthorization(
    installationOf('mulesoft', settings).kit,
    { name: 'app', accessSecret: 'x', tokenUrl: `${anypoint.anypointUrl}/accounts/api/v2/oauth2/token` },
    access(),
  );
  const put = async (configurationData: object, headers: Record<string, string> = {}, more: object = {}) => {
    const body = JSON.stringify({ configurationData, ...more });
    const sent = { authorization, 'content-type': 'application/json', ...headers };
    return (await fetch(`${anypoint.anypointUrl}${own}`, { method: 'PATCH', headers: sent, body })).status;
  };
  const whole = { ...rest, clientToken: 'x' };
  expect([
    await put(whole, { authorization: 'Bearer marked-token-other' }),
    await put(whole, { 'content-type': 'text/plain' }),
    await put({ ...whole, more: 1 }),
    await put(whole, {}, { more: 1 }),
    await put({ clientToken: 'x' }),
    await put(whole),
  ]).toEqual([401, 415, 400, 400, 400, 200]);
});

describe('MuleSoft, when it is only asked', () => {
  test('says what the field holds and what would be written, and changes nothing', async () => {
    expect(await check()).toEqual({
      seen: [`Field clientToken of policy 42 of API 17 is there, and holds credential ${older.credentialId}.`],
      notShown: [
        'Whether the connected app may change it: that is seen when it does.',
        'Whether somebody else changes the policy in the same moment: that change would be lost.',
      ],
      would: ['PATCH policy 42: its whole configuration as it is, with another clientToken.'],
      holds: [older.credentialId],
    });
    expect(written()).toEqual([]);
  });

  test('goes to Anypoint Platform and nowhere else by default', () => {
    expect(kind.destinations(names)).toEqual({
      urls: [`https://anypoint.mulesoft.com${own}`, 'https://anypoint.mulesoft.com/accounts/api/v2/oauth2/token'],
      secrets: ['connected-app'],
    });
  });
});
