import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inFile } from '../../../lib/emulator/wire/persistence.ts';
import { emptyState } from '../../../lib/local/stand-ins/pingone/state.ts';
import {
  type Account,
  basicWorker,
  directoryId,
  environmentId,
  gatewayId,
  openAccount,
  postWorker,
  startAtMs,
} from './pingone-account.ts';

const clock = { nowMs: startAtMs };
let account: Account;
beforeEach(async () => {
  clock.nowMs = startAtMs;
  account = await openAccount(clock);
});
afterEach(() => account.close());

const uuid = /^[0-9a-f-]{36}$/;
const partOf = (jwt: string, index: number) =>
  JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString());
const create = async () => (await account.manage(account.credentialsUrl, { method: 'POST' })).json;

describe('the token endpoint (facts 1.5)', () => {
  const ask = async (headers: Record<string, string>, form: Record<string, string>) => {
    const response = await fetch(account.tokenUrl, { method: 'POST', headers, body: new URLSearchParams(form) });
    return { status: response.status, json: JSON.parse(await response.text()) };
  };
  const basic = (worker: { clientId: string; clientSecret: string }) => ({
    authorization: `Basic ${Buffer.from(`${worker.clientId}:${encodeURIComponent(worker.clientSecret)}`).toString('base64')}`,
  });
  const posted = (worker: { clientId: string; clientSecret: string }) => ({
    grant_type: 'client_credentials',
    client_id: worker.clientId,
    client_secret: worker.clientSecret,
  });
  const grant = { grant_type: 'client_credentials' };

  test('grants a worker a bearer token by the method that it is set to, Basic or POST', async () => {
    const granted = { status: 200, json: { access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600 } };
    expect(await ask(basic(basicWorker), grant)).toEqual(granted);
    expect(await ask({}, posted(postWorker))).toEqual(granted);
  });

  test('refuses the other method as invalid_client "Unsupported authentication method"', async () => {
    const refused = {
      status: 401,
      json: { error: 'invalid_client', error_description: 'Unsupported authentication method' },
    };
    expect(await ask(basic(postWorker), grant)).toEqual(refused);
    expect(await ask({}, posted(basicWorker))).toEqual(refused);
  });

  test('refuses a wrong secret, no client, both methods at once and another grant', async () => {
    const of = async (headers: Record<string, string>, form: Record<string, string>) => {
      const { status, json } = await ask(headers, form);
      return [status, json.error];
    };
    expect(await of(basic({ ...basicWorker, clientSecret: 'wrong' }), grant)).toEqual([401, 'invalid_client']);
    expect(await of({}, grant)).toEqual([401, 'invalid_client']);
    expect(await of(basic(basicWorker), posted(basicWorker))).toEqual([400, 'invalid_request']);
    expect(await of(basic(basicWorker), { grant_type: 'password' })).toEqual([400, 'unsupported_grant_type']);
  });

  test('refuses a token after its time', async () => {
    const authorization = `Bearer ${await account.token()}`;
    const status = async () => (await fetch(account.credentialsUrl, { headers: { authorization } })).status;
    clock.nowMs += 3_599_999;
    expect(await status()).toBe(200);
    clock.nowMs += 1;
    expect(await status()).toBe(401);
  });
});

describe('gateways (facts 1.1)', () => {
  test('are listed in HAL with type and enabled, and read with their credentials but no values', async () => {
    await create();
    const all = await account.manage(account.gatewaysUrl);
    expect(all.json).toMatchObject({ count: 2, size: 2, _links: { self: { href: account.gatewaysUrl } } });
    const { json } = await account.manage(`${account.gatewaysUrl}/${gatewayId}`);
    expect(json).toMatchObject({
      id: gatewayId,
      name: 'payments',
      type: 'API_GATEWAY_INTEGRATION',
      enabled: true,
      environment: { id: environmentId },
    });
    expect(json.credentials).toEqual([{ id: expect.stringMatching(uuid), createdAt: '2026-11-02T08:00:00.250Z' }]);
  });

  test('refuses an unknown gateway with 404, and the environment of somebody else with 403 ACCESS_FAILED', async () => {
    const unknown = await account.manage(`${account.gatewaysUrl}/99999999-1111-4222-8333-444455556666`);
    expect([unknown.status, unknown.json.code]).toEqual([404, 'NOT_FOUND']);
    const other = await account.manage(`${account.apiUrl}/environments/99999999-1111-4222-8333-444455556666/gateways`);
    expect([other.status, other.json.code]).toEqual([403, 'ACCESS_FAILED']);
  });

  test('the environment is read', async () => {
    const { json } = await account.manage(`${account.apiUrl}/environments/${environmentId}`);
    expect(json).toMatchObject({ id: environmentId, name: 'Payments', region: 'EU' });
  });
});

describe('credentials (facts 1.2, 1.3, 1.4)', () => {
  test('are created by POST without a body or with {}: 201 with the value, which no later answer repeats', async () => {
    const first = await account.manage(account.credentialsUrl, { method: 'POST' });
    const headers = { 'content-type': 'application/json' };
    const second = await account.manage(account.credentialsUrl, { method: 'POST', headers, body: '{}' });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.json).toEqual({
      id: expect.stringMatching(uuid),
      createdAt: '2026-11-02T08:00:00.250Z',
      credential: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
    const list = await account.manage(account.credentialsUrl);
    const one = await account.manage(`${account.credentialsUrl}/${first.json.id}`);
    expect(JSON.stringify([list.json, one.json])).not.toContain(first.json.credential.split('.')[2]);
    expect(one.json).toEqual({ id: first.json.id, createdAt: first.json.createdAt });
  });

  test('have an RS256 JWT as value: jti is the id, the documented claims, no exp', async () => {
    const { id, credential } = await create();
    expect(partOf(credential, 0)).toEqual({ alg: 'RS256' });
    const claims = partOf(credential, 1);
    expect(claims).toMatchObject({
      jti: id,
      iss: 'wss://gateways.pingone.com',
      gatewayId,
      environmentId,
      gatewayType: 'API_GATEWAY_INTEGRATION',
      iat: 1793606400,
      httpAccessApiUrl: account.serviceUrl,
    });
    expect(Object.keys(claims)).toEqual(
      expect.arrayContaining([
        'aud',
        'authUrl',
        'consoleUrl',
        'environmentName',
        'gatewayName',
        'organizationId',
        'organizationName',
        'targetGeography',
        'targetClusterEnvironment',
      ]),
    );
    expect(claims).not.toHaveProperty('exp');
    const [header, body, signature] = credential.split('.');
    const key = createPublicKey(emptyState().signingKeyPem);
    expect(verify('RSA-SHA256', Buffer.from(`${header}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test('are listed in HAL pages with _links, _embedded, count and size', async () => {
    const ids = [await create(), await create(), await create()].map(({ id }) => id);
    const first = await account.manage(`${account.credentialsUrl}?limit=2`);
    expect(first.json).toMatchObject({ count: 3, size: 2 });
    const second = await account.manage(first.json._links.next.href);
    expect(second.json._links).not.toHaveProperty('next');
    const found = [first, second].flatMap(({ json }) =>
      json._embedded.credentials.map((one: { id: string }) => one.id),
    );
    expect(found).toEqual(ids);
  });

  test('refuses a limit or cursor that it cannot use', async () => {
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'cursor=x'])
      expect((await account.manage(`${account.credentialsUrl}?${query}`)).json.code).toBe('INVALID_DATA');
  });

  test('refuses a sixth of a gateway, naming the limit; another gateway has its own five', async () => {
    for (let count = 0; count < 5; count++) await create();
    const sixth = await account.manage(account.credentialsUrl, { method: 'POST' });
    expect([sixth.status, sixth.json.code, sixth.json.details[0].innerError.maximumValue]).toEqual([
      400,
      'INVALID_DATA',
      5,
    ]);
    const other = await account.manage(`${account.gatewaysUrl}/${directoryId}/credentials`, { method: 'POST' });
    expect(other.status).toBe(201);
  });

  test('are deleted with 204 and nothing more; afterwards reading and deleting say 404', async () => {
    const { id } = await create();
    const url = `${account.credentialsUrl}/${id}`;
    const deleted = await account.manage(url, { method: 'DELETE' });
    expect([deleted.status, deleted.json]).toEqual([204, undefined]);
    expect((await account.manage(url)).status).toBe(404);
    expect((await account.manage(url, { method: 'DELETE' })).status).toBe(404);
  });

  test.each(['PUT', 'PATCH'])('refuses %s with 405: a credential cannot be changed', async (method) => {
    const { id } = await create();
    const headers = { 'content-type': 'application/json' };
    const answer = await account.manage(`${account.credentialsUrl}/${id}`, { method, headers, body: '{}' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, DELETE']);
  });

  test('refuses a body of another kind with 415, one that is no JSON and one with fields with 400', async () => {
    const of = async (type: string, body: string) =>
      (await account.manage(account.credentialsUrl, { method: 'POST', headers: { 'content-type': type }, body }))
        .status;
    expect(await of('text/plain', '{}')).toBe(415);
    expect(await of('application/json', '{')).toBe(400);
    expect(await of('application/json', '{"name":"x"}')).toBe(400);
    expect(account.live(gatewayId)).toEqual([]);
  });

  test('outlive a stop, in a file for its owner only and without values', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pingone-'));
    const file = join(folder, 'pingone.json');
    const before = await openAccount(
      clock,
      inFile(file, () => true),
    );
    const { json } = await before.manage(before.credentialsUrl, { method: 'POST' });
    await before.close();
    const after = await openAccount(
      clock,
      inFile(file, () => true),
    );
    expect(after.live(gatewayId)).toEqual([json.id]);
    expect((await after.sideband(json.credential)).status).toBe(200);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(json.credential.split('.')[2]);
    await after.close();
    rmSync(folder, { recursive: true });
  });
});

describe('refusals (facts 1.3, 1.6)', () => {
  test('of a missing token are 401 with id, code and message', async () => {
    const response = await fetch(account.credentialsUrl);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      id: expect.stringMatching(uuid),
      code: 'INVALID_TOKEN',
      message: expect.any(String),
    });
  });

  test('of a worker without the role Environment Admin are 403 ACCESS_FAILED', async () => {
    account.control.roles.set(basicWorker.clientId, ['Identity Data Admin']);
    const { status, json } = await account.manage(account.credentialsUrl, { method: 'POST' });
    expect([status, json.code]).toEqual([403, 'ACCESS_FAILED']);
    expect(account.live(gatewayId)).toEqual([]);
  });

  test('every answer has the time of PingOne in Date', async () => {
    const { headers } = await account.manage(account.credentialsUrl);
    expect(headers.get('date')).toBe('Mon, 02 Nov 2026 08:00:00 GMT');
  });
});
