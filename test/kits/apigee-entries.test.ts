import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, test } from 'vitest';
import { entriesOfApigee } from '../../lambdas/kits/apigee-entries.ts';
import { apigeeSettings } from '../../lambdas/kits/apigee-settings.ts';
import { type Apigee, type ApigeeOptions, openApigee } from '../../lib/local/stand-ins/apigee.ts';
import { accessTo, errorOf, expectNoSecretIn, installationOf, newer, startAtMs } from './installation.ts';

const map = 'organizations/acme/environments/prod/keyvaluemaps/ping';
const names = { organization: 'acme', environment: 'prod', keyValueMap: 'ping', accessSecret: 'apigee-access' };
const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const claims = {
  jti: 'aaaaaaaa-1111-4222-8333-444455556666',
  gatewayId: 'bbbbbbbb-1111-4222-8333-444455556666',
  environmentId: 'cccccccc-1111-4222-8333-444455556666',
};
const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
const value = `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;

let apigee: Apigee;
const open = async (more: Partial<ApigeeOptions> = {}) => {
  apigee = await openApigee({ port: 0, cacheMs: 0, nowMs: () => startAtMs, ...more });
};
afterEach(() => apigee.close());
const list = async (more: object = {}, secret = apigee.keyFile) => {
  const { access } = accessTo(secrets, { readSecret: async () => secret, signal: AbortSignal.timeout(20_000) });
  const given = { ...names, baseUrl: apigee.origin, ...more };
  const settings = apigeeSettings.parse('edition' in given ? given : { ...given, tokenUrl: apigee.tokenUrl });
  const found = await entriesOfApigee(installationOf('apigee', settings).kit, settings, access);
  expectNoSecretIn(found);
  expect(JSON.stringify(found)).not.toContain(value);
  return found;
};
const edge = { edgeAuthorization: 'Bearer t0ken' };
const listEdge = () => list({ edition: 'edge' }, JSON.stringify({ token: 't0ken' }));

describe('the entries of a key value map', () => {
  test('are found with the ids and the digest of what they hold, and never a value', async () => {
    await open();
    apigee.addMap(map, { shared_secret: value, own: newer.value, base_path: '/v1', empty: '' });
    const { jti: credentialId, ...others } = claims;
    expect(await list()).toEqual({
      isWhole: true,
      entries: [
        {
          entry: 'shared_secret',
          holds: { kind: 'pingone', credentialId, ...others, digest: expect.stringMatching(/^[\w-]{43}$/) },
        },
        { entry: 'own', holds: { kind: 'other' } },
        { entry: 'base_path', holds: { kind: 'other' } },
        { entry: 'empty', holds: { kind: 'nothing' } },
      ],
    });
  });

  test.each([0, 1, 100, 101, 250])('are all found, page by page: %d', async (count) => {
    await open();
    apigee.addMap(map, Object.fromEntries(Array.from({ length: count }, (_, index) => [`entry ${index}&`, 'x'])));
    const { entries } = await list();
    expect(new Set(entries.map(({ entry }) => entry)).size).toBe(count);
    const asked = apigee.requests.filter((one) => one === `GET /v1/${map}/entries`);
    expect(asked).toHaveLength(Math.max(1, Math.ceil(count / 100)));
  });

  test('that masks them are told apart from entries that hold nothing of PingOne', async () => {
    await open();
    apigee.addMap(map, { shared_secret: value }, { masks: true });
    expect((await list()).entries).toEqual([{ entry: 'shared_secret', holds: { kind: 'masked' } }]);
  });

  test('of Edge come with the map, and of a large one it is known that they are not all', async () => {
    await open(edge);
    apigee.addMap(map, { shared_secret: value });
    expect(await listEdge()).toMatchObject({ isWhole: true, entries: [{ entry: 'shared_secret' }] });
    apigee.addMap(map, Object.fromEntries(Array.from({ length: 1200 }, (_, index) => [`e${index}`, 'x'])));
    const { isWhole, entries } = await listEdge();
    expect([isWhole, entries.length]).toEqual([false, 1000]);
  });
});

describe('refuses to take a failure for an empty map', () => {
  test.each([
    ['a permission that is missing', () => apigee.permissions.delete('apigee.keyvaluemapentries.list'), /\.list/],
    ['a map that is not there', () => undefined, /no such map/],
    ['an answer of something else', () => apigee.faults.push(503), /HTTP 503/],
  ])('%s', async (what, make, message) => {
    await open();
    if (!what.includes('map')) apigee.addMap(map, { shared_secret: value });
    make();
    expect(String(await errorOf(list()))).toMatch(message);
  });
});
