import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { vaultScope } from '../../lambdas/kits/azure-key-vault.ts';
import { clientAuthorization } from '../../lambdas/kits/client-credentials.ts';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { kitKindOf, kitSettingsSchema } from '../../lambdas/kits/kinds.ts';
import type { KitAccess } from '../../lambdas/kits/kit-kind.ts';
import { type Azure, openAzure } from '../../lib/local/stand-ins/azure-apim.ts';
import { openLoopbackServer } from '../../lib/local/stand-ins/loopback-server.ts';
import { accessTo, errorOf, expectNoSecretIn, installationOf, newer, older, startAtMs } from './installation.ts';
import { pauses } from './no-waiting.ts';

const realFetch = keptFetch();

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const kind = kitKindOf('azure-apim');
const subscriptionId = '0b1f6471-1bf0-4dda-aec3-111122223333';
const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const service = `subscriptions/${subscriptionId}/resourceGroups/edge/providers/Microsoft.ApiManagement/service/acme`;
const id = 'AuthorizeSidebandClientToken';
const names = {
  subscriptionId,
  resourceGroup: 'edge',
  service: 'acme',
  namedValue: id,
  tenantId,
  accessSecret: 'azure',
};

let azure: Azure;
let settings: Record<string, unknown>;
beforeEach(async () => {
  pauses.waitedMs.length = 0;
  pauses.meanwhile = undefined;
  azure = await openAzure({ port: 0, tenantId, service, nowMs: () => startAtMs });
  azure.addValue(id, older.value);
  azure.addValue('other', 'stays');
  settings = { ...names, managementUrl: azure.origin, loginUrl: azure.origin };
});
afterEach(() => azure.close());

const access = (more: Partial<KitAccess> = {}) =>
  accessTo(secrets, {
    readSecret: async () => JSON.stringify(azure.client),
    signal: AbortSignal.timeout(20_000),
    ...more,
  }).access;
const install = (more: Partial<KitAccess> = {}) =>
  kind.install(installationOf('azure-apim', settings), settings, access(more));
const readBack = () => kind.readBack?.(installationOf('azure-apim', settings), settings, access());
const check = async () => {
  const found = await kind.check({ kit: installationOf('azure-apim', settings).kit }, settings, access());
  expectNoSecretIn(found);
  return found;
};
const failed = async (work: Promise<unknown> = install()) => {
  const error = await errorOf(work);
  expect(String(error)).not.toMatch(/marked|no: /); // the application's secret, a token, and what Azure answered
  return error;
};
const written = () => azure.requests.filter((one) => /^(PATCH|PUT)|refreshSecret$/.test(one));
const patched = `PATCH /${service}/namedValues/${id}`;
const refreshed = `POST /${service}/namedValues/${id}/refreshSecret`;
/** Something happens after the answer to a request of this method and path. */
const fetchThen = (what: RegExp, happens: () => unknown): KitAccess['fetch'] => {
  let isDone = false;
  return async (url, init) => {
    const answer = await realFetch(url, init);
    if (!isDone && what.test(`${init.method} ${url}`)) {
      isDone = true;
      happens();
    }
    return answer;
  };
};

describe('A named value', () => {
  test('gets the credential, once, and no other one changes', async () => {
    expect(await readBack()).toEqual({ matches: false });
    expect(await install()).toEqual({ state: 'INSTALLED' });
    await install();
    expect([azure.stored(id), azure.stored('other')]).toEqual([newer.value, 'stays']);
    expect(written()).toEqual([patched]);
    expect(await readBack()).toEqual({ matches: true });
    expect(kind.traits(settings)).toEqual({ installedBy: 'us', readBackProves: 'store', propagationSeconds: 300 });
  });

  test('that somebody changes after it was read is read again, and not overwritten unseen', async () => {
    await install({ fetch: fetchThen(/listValue/, () => azure.put(id, 'changed meanwhile')) });
    expect(written()).toEqual([patched, patched]); // the first one is refused with 412
    expect(azure.stored(id)).toBe(newer.value);
  });

  test.each(['azure-asyncoperation', 'location'] as const)(
    'is waited for when it is written later (%s)',
    async (by) => {
      azure.later = { polls: 3, by };
      expect(await install()).toEqual({ state: 'INSTALLED' });
      expect([azure.stored(id), written(), pauses.waitedMs]).toEqual([newer.value, [patched], [1_000, 1_000, 1_000]]);
    },
  );

  test('that is written later than a kit has time for is left to the next round, which finds it', async () => {
    azure.later = { polls: 2, by: 'azure-asyncoperation' };
    const time = new AbortController();
    pauses.meanwhile = () => time.abort();
    expect(await failed(install({ signal: time.signal }))).toMatchObject({ name: 'KitUnreachable', code: 'TIMEOUT' });
    azure.put(id, newer.value); // the operation has ended
    await install();
    expect(written()).toEqual([patched]);
  });

  test('is left to the next round when Azure asks for more time than a kit has', async () => {
    azure.later = { polls: 1, by: 'location' };
    const fetch: KitAccess['fetch'] = async (url, init) => {
      const answer = await realFetch(url, init);
      if (answer.status !== 202) return answer;
      return new Response(null, {
        status: 202,
        headers: { location: `${answer.headers.get('location')}`, 'retry-after': '15' },
      });
    };
    expect(await failed(install({ fetch }))).toMatchObject({ code: 'NOT_STORED', retryAfterMs: 15_000 });
    expect(pauses.waitedMs).toEqual([]);
  });
});

describe('A named value from Key Vault', () => {
  beforeEach(() => {
    azure.vault.set('credential', older.value, { contentType: 'text/plain', tags: { owner: 'edge' } });
    azure.addReference(id, 'credential');
    settings.keyVault = { vaultUrl: azure.vault.vaultUrl, secretName: 'credential' };
  });

  test('gets a new version of its secret, which keeps tags and type, and API Management reads it', async () => {
    expect(await readBack()).toEqual({ matches: false });
    await install();
    await install();
    expect([azure.stored(id), written()]).toEqual([newer.value, [refreshed]]);
    expect(azure.vault.requests.filter((one) => one.startsWith('PUT'))).toEqual(['PUT /secrets/credential']);
    expect(azure.vault.version('credential')).toMatchObject({ contentType: 'text/plain', tags: { owner: 'edge' } });
    expect(await readBack()).toEqual({ matches: true });
  });

  test('counts only once API Management has read it, and is then not written again', async () => {
    azure.vault.set('credential', newer.value);
    expect(await readBack()).toEqual({ matches: false });
    await install();
    expect(azure.vault.requests.filter((one) => one.startsWith('PUT'))).toEqual([]);
    expect([azure.stored(id), await readBack()]).toEqual([newer.value, { matches: true }]);
  });

  test('is waited for when it is read later', async () => {
    azure.later = { polls: 2, by: 'azure-asyncoperation' };
    await install();
    expect([azure.stored(id), pauses.waitedMs]).toEqual([newer.value, [1_000, 1_000]]);
  });

  test('refuses when API Management may not read the vault, and says so', async () => {
    azure.later = { polls: 1, by: 'azure-asyncoperation' };
    azure.mayReadVault = false;
    expect(await failed()).toMatchObject({
      name: 'KitRefused',
      code: 'REQUEST_REFUSED',
      message: expect.stringMatching(/ended as Failed.*managed identity/),
    });
    expect(await readBack()).toEqual({ matches: false });
  });

  test.each([
    ['no setting for it', () => delete settings.keyVault, /comes from Key Vault/],
    ['another secret', () => azure.addReference(id, 'credential2'), /another secret/],
    [
      'one version',
      () => azure.addReference(id, `credential/${azure.vault.version('credential')?.version}`),
      /one version/,
    ],
    ['a plain value', () => azure.addValue(id, older.value), /does not come from Key Vault/],
    [
      'another vault',
      () => {
        settings.keyVault = { vaultUrl: 'https://other.vault.azure.net', secretName: 'credential' };
      },
      /another secret/,
    ],
  ])('refuses %s before anything is written', async (_, make, message) => {
    azure.vault.set('credential2', older.value);
    make();
    expect(await failed()).toMatchObject({ code: 'VAULT_REFERENCE', message: expect.stringMatching(message) });
    expect([written(), azure.vault.requests]).toEqual([[], []]);
  });

  test.each(['get', 'set'])('refuses without the permission to %s, and says which', async (permission) => {
    azure.vault.permissions.delete(permission);
    expect(await failed()).toMatchObject({
      name: 'KitRefused',
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('Key Vault Secrets Officer'),
    });
    expect(azure.stored(id)).toBe(older.value);
  });

  test('has another resource for its tokens in each cloud', () => {
    expect(
      ['https://a.vault.azure.net', 'https://a.vault.usgovcloudapi.net', 'https://a.vault.azure.cn/'].map(vaultScope),
    ).toEqual([
      'https://vault.azure.net/.default',
      'https://vault.usgovcloudapi.net/.default',
      'https://vault.azure.cn/.default',
    ]);
  });
});

describe('Azure API Management refuses', () => {
  test('a named value that is no secret: every reader would see the credential', async () => {
    azure.addValue(id, older.value, { isSecret: false });
    expect(await failed()).toMatchObject({
      name: 'KitRefused',
      code: 'NOT_SUPPORTED',
      message: expect.stringContaining('Make it a secret one'),
    });
    expect(written()).toEqual([]);
  });

  test('to ask another host for the state of an operation, which would get the token', async () => {
    const asked: string[] = [];
    const elsewhere = await openLoopbackServer(0, ({ url }) => {
      asked.push(url.pathname);
      return { status: 200, json: { status: 'Succeeded' } };
    });
    for (const to of [elsewhere.origin, `${azure.origin.replace('//', '//user@')}/x`, 'not a url']) {
      azure.later = { polls: 1, by: 'azure-asyncoperation', to };
      expect(await failed()).toMatchObject({ name: 'KitRefused', code: 'REDIRECTED' });
    }
    expect(asked).toEqual([]);
    await elsewhere.close();
  });

  test.each(['namedValues/read', 'namedValues/write', 'namedValues/listValue/action', 'operationresults/read'])(
    'an application without %s, and names what it needs',
    async (action) => {
      azure.later = { polls: 1, by: 'location' };
      azure.actions.delete(action);
      expect(await failed()).toMatchObject({
        name: 'KitRefused',
        code: 'ACCESS_DENIED',
        message: expect.stringContaining(action),
      });
      expect(azure.stored(id)).toBe(older.value);
    },
  );

  test('a secret of the application that has expired', async () => {
    azure.expireSecret();
    expect(await failed()).toMatchObject({
      name: 'KitRefused',
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(/HTTP 401 \(invalid_client\).*secret azure/),
    });
  });

  test('a named value that is not there', async () => {
    settings.namedValue = 'Sideband token';
    expect(await failed()).toMatchObject({
      name: 'KitMisconfigured',
      code: 'NOT_FOUND',
      message: expect.stringContaining('not its display name'),
    });
  });

  test.each([
    { subscriptionId: 'production' },
    { resourceGroup: 'edge/..' },
    { service: 'acme.azure-api.net' },
    { namedValue: '..' },
    { namedValue: 'a/b' },
    { tenantId: 'a/b' },
    { managementUrl: 'http://management.azure.com' },
    { keyVault: { vaultUrl: 'https://a.vault.azure.net/secrets', secretName: 'x' } },
    { keyVault: { vaultUrl: 'https://a.vault.azure.net', secretName: 'x/y' } },
    { propagationSeconds: 0 },
    { clientSecret: 'x' },
  ])('settings %j', (wrong) => {
    expect(kitSettingsSchema.safeParse({ kind: 'azure-apim', settings: names }).success).toBe(true);
    expect(kitSettingsSchema.safeParse({ kind: 'azure-apim', settings: { ...names, ...wrong } }).success).toBe(false);
  });
});

test('the stand-in too refuses: another token, api-version, If-Match, content type, unknown and left-out fields', async () => {
  const tokenFor = (scope: string) =>
    clientAuthorization(
      installationOf('azure-apim', settings).kit,
      { name: 'application', accessSecret: 'azure', tokenUrl: `${azure.origin}/${tenantId}/oauth2/v2.0/token`, scope },
      access(),
    );
  const authorization = await tokenFor(`${azure.origin}/.default`);
  const url = `${azure.origin}/${service}/namedValues/${id}?api-version=2024-05-01`;
  const json = { authorization, 'content-type': 'application/json', 'if-match': '*' };
  const body = JSON.stringify({ properties: { value: 'x', secret: true } });
  const put = async (headers: Record<string, string>, more: { url?: string; body?: string } = {}) =>
    (await fetch(more.url ?? url, { method: 'PATCH', headers, body: more.body ?? body })).status;
  const { 'if-match': _, ...unmatched } = json;
  expect([
    await put({ ...json, authorization: await tokenFor('https://vault.azure.net/.default') }),
    await put(json, { url: url.replace('2024-05-01', '2016-07-07') }),
    await put(unmatched),
    await put({ ...json, 'if-match': '"old"' }),
    await put({ ...json, 'content-type': 'text/plain' }),
    await put(json, { body: JSON.stringify({ properties: { value: 'x', secret: true, more: 1 } }) }),
    await put(json, { body: JSON.stringify({ properties: { value: 'x' } }) }),
    await put(json),
  ]).toEqual([401, 400, 400, 412, 415, 400, 400, 200]);
});

describe('Azure API Management, when it is only asked', () => {
  test('says what it holds and what would change, and changes nothing', async () => {
    expect(await check()).toEqual({
      seen: [`Named value ${id} of acme is there, and holds credential ${older.credentialId}.`],
      notShown: ['Whether it may be written: that is seen when it is.'],
      would: [`PATCH named value ${id}: its value, and nothing else.`],
      holds: [older.credentialId],
    });
    expect(written()).toEqual([]);
  });

  test('says whether it has read the newest version of Key Vault', async () => {
    azure.vault.set('credential', older.value);
    azure.addReference(id, 'credential');
    settings.keyVault = { vaultUrl: azure.vault.vaultUrl, secretName: 'credential' };
    const seen = async () => (await check()).seen[1];
    expect(await seen()).toBe(`Named value ${id} of acme has read its newest version.`);
    azure.vault.set('credential', newer.value);
    expect(await seen()).toBe(`Named value ${id} of acme has not read its newest version.`);
  });

  test('goes to Azure and nowhere else by default', () => {
    const keyVault = { vaultUrl: 'https://acme.vault.azure.net', secretName: 'credential' };
    expect(kind.destinations({ ...names, keyVault })).toEqual({
      urls: [
        `https://management.azure.com/${service}/namedValues/${id}`,
        `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
        'https://acme.vault.azure.net/secrets/credential',
      ],
      secrets: ['azure'],
    });
  });
});
