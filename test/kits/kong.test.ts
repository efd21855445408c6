import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import type { KitFetch } from '../../lambdas/ports.ts';
import { type Kong, type KongOptions, openKong } from '../../lib/local/stand-ins/kong.ts';
import { type Asked, openLoopbackServer } from '../../lib/local/stand-ins/loopback-server.ts';
import { accessTo, adminToken, errorOf, installationOf, newer, older, startAtMs } from './installation.ts';

const realFetch = keptFetch();

vi.mock('../../lambdas/kits/pause.ts', () => import('./no-waiting.ts'));

const serviceUrl = 'http://127.0.0.1:8080/gateways/orders/kits/edge-1';
const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const kind = kitKindOf('kong');

let nowMs = startAtMs;
let kong: Kong;
const open = async (more: Partial<KongOptions> = {}) => {
  kong = await openKong({ port: 0, adminToken, workerUpdateMs: 5_000, nowMs: () => nowMs, ...more });
  return { adminUrl: kong.adminUrl, adminTokenSecret: 'kong-token' };
};
let settings: Record<string, string>;
beforeEach(async () => {
  nowMs = startAtMs;
  settings = await open();
});
afterEach(() => kong.close());

const install = (more: Parameters<typeof accessTo>[1] = {}, given = settings) =>
  kind.install(installationOf('kong', given), given, accessTo(secrets, more).access);
const readBack = () => kind.readBack?.(installationOf('kong', settings), settings, accessTo(secrets).access);
const patches = () => kong.requests.filter((request) => request.startsWith('PATCH')).length;

describe('Kong', () => {
  test('gets the credential into every ping-auth plugin of all pages, and keeps their other settings', async () => {
    const ids = Array.from({ length: 1_001 }, () => kong.addPlugin({ serviceUrl, sharedSecret: newer.value }));
    const last = kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    const other = kong.addPlugin({ name: 'rate-limiting', serviceUrl, sharedSecret: older.value });
    expect(await install()).toEqual({ state: 'INSTALLED' });
    expect([...ids, last].map(kong.storedSecret)).toEqual(Array.from({ length: 1_002 }, () => newer.value));
    expect(kong.storedSecret(other)).toBe(older.value);
    expect(patches()).toBe(1);
  });

  test('is not written to when it has the credential already', async () => {
    kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    await install();
    await install();
    expect(patches()).toBe(1);
  });

  test('shows what it stores at once, and uses it after the worker update', async () => {
    const id = kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    expect(await readBack()).toEqual({ matches: false });
    await install();
    expect(await readBack()).toEqual({ matches: true });
    expect(kong.currentCredential(id)).toBe(older.value);
    nowMs += 5_000;
    expect(kong.currentCredential(id)).toBe(newer.value);
  });

  test('leaves plugins of another service URL alone', async () => {
    const own = kong.addPlugin({ serviceUrl: `${serviceUrl}/`, sharedSecret: older.value });
    const other = kong.addPlugin({ serviceUrl: 'https://elsewhere.example', sharedSecret: '{vault://env/x}' });
    await install({}, { ...settings, serviceUrl });
    expect([kong.storedSecret(own), kong.storedSecret(other)]).toEqual([newer.value, '{vault://env/x}']);
  });

  test('works in a workspace', async () => {
    await kong.close();
    settings = { ...(await open({ workspace: 'payments' })), workspace: 'payments' };
    kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    await install();
    expect(await readBack()).toEqual({ matches: true });
  });

  test('refuses before any write: no plugin, several gateways, a vault reference', async () => {
    expect(await errorOf(install())).toMatchObject({ name: 'KitMisconfigured', code: 'NOTHING_TO_UPDATE' });
    kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    const reference = kong.addPlugin({ serviceUrl, sharedSecret: '{vault://aws/ping/credential}' });
    expect(await errorOf(install())).toMatchObject({ name: 'KitMisconfigured', code: 'VAULT_REFERENCE' });
    kong.removePlugin(reference);
    kong.addPlugin({ serviceUrl: 'https://elsewhere.example', sharedSecret: older.value });
    expect(await errorOf(install())).toMatchObject({ name: 'KitMisconfigured', code: 'SEVERAL_GATEWAYS' });
    expect(patches()).toBe(0);
  });

  test('refuses a wrong admin token', async () => {
    expect(await errorOf(install({ readSecret: async () => 'another' }))).toMatchObject({
      name: 'KitRefused',
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('kit edge-1 of gateway orders: HTTP 401'),
    });
  });

  test('refuses a token that no header may hold without repeating it', async () => {
    const readSecret = async () => `${adminToken}\nX: y`;
    expect(await errorOf(install({ readSecret }))).toMatchObject({ name: 'KitMisconfigured', code: 'SECRET_UNUSABLE' });
  });

  test('refuses a Kong without a database, and says what to do', async () => {
    await kong.close();
    settings = await open({ dbLess: true });
    kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    expect(await errorOf(install())).toMatchObject({
      name: 'KitRefused',
      code: 'NOT_SUPPORTED',
      message: expect.stringMatching(/database.*vault reference/),
    });
  });

  test.each([
    [500, 'KitUnreachable', 'SERVER_ERROR'],
    [429, 'KitUnreachable', 'RATE_LIMITED'],
    ['reset', 'KitUnreachable', 'NO_CONNECTION'],
    [302, 'KitRefused', 'REDIRECTED'],
    [400, 'KitRefused', 'REQUEST_REFUSED'],
    [404, 'KitMisconfigured', 'NOT_FOUND'],
    [204, 'KitUnreachable', 'UNREADABLE_ANSWER'],
  ] as const)('says what %s means', async (fault, name, code) => {
    kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    kong.faults.push(...Array.from({ length: 5 }, () => fault));
    expect(await errorOf(install())).toMatchObject({ name, code });
  });

  test('never repeats what a failed write answered (invariant 9)', async () => {
    kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    const fetch: KitFetch = (url, init) => {
      if (init.method === 'PATCH') kong.faults.push(500);
      return realFetch(url, init);
    };
    expect(await errorOf(install({ fetch }))).toMatchObject({ name: 'KitUnreachable', code: 'SERVER_ERROR' });
  });

  test('counts a write that is not stored as a failure', async () => {
    kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    const fetch: KitFetch = async (url, init) => (init.method === 'PATCH' ? new Response('{}') : realFetch(url, init));
    expect(await errorOf(install({ fetch }))).toMatchObject({ name: 'KitUnreachable', code: 'NOT_STORED' });
  });

  test('refuses pages that never end', async () => {
    const fetch: KitFetch = async () => new Response(JSON.stringify({ data: [], offset: 'again' }));
    expect(await errorOf(install({ fetch }))).toMatchObject({ name: 'KitUnreachable', code: 'UNREADABLE_ANSWER' });
  });

  test('is given up when the time is over', async () => {
    const time = new AbortController();
    kong.faults.push('hang');
    const fetch: KitFetch = (url, init) => {
      queueMicrotask(() => time.abort());
      return realFetch(url, init);
    };
    expect(await errorOf(install({ fetch, signal: time.signal }))).toMatchObject({
      name: 'KitUnreachable',
      code: 'TIMEOUT',
    });
  });

  test('is unreachable when nobody listens', async () => {
    await kong.close();
    expect(await errorOf(install())).toMatchObject({
      code: 'NO_CONNECTION',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('refuses to follow a redirect: what it leads to sees neither token nor credential', async () => {
    const reached: Asked[] = [];
    const elsewhere = await openLoopbackServer(0, (asked) => {
      reached.push(asked);
      return { status: 200, json: { data: [] } };
    });
    const redirecting = await openLoopbackServer(0, ({ url }) => ({
      status: 307,
      headers: { location: `${elsewhere.origin}${url.pathname}` },
    }));
    const error = await errorOf(install({}, { ...settings, adminUrl: redirecting.origin }));
    await Promise.all([elsewhere.close(), redirecting.close()]);
    expect(error).toMatchObject({ name: 'KitRefused', code: 'REDIRECTED' });
    expect(reached).toEqual([]);
  });
});

describe('the stand-in answers as Kong does', () => {
  const answered = z.looseObject({
    data: z.array(z.looseObject({ id: z.string() })).default([]),
    offset: z.string().optional(),
    next: z.string().nullable().default(null),
    name: z.string().optional(),
  });
  const asked = async (path: string, init: RequestInit = {}) => {
    const headers = { 'kong-admin-token': adminToken, 'content-type': 'application/json' };
    const response = await fetch(`${kong.adminUrl}${path}`, { headers, ...init });
    return { status: response.status, json: answered.parse(await response.json()) };
  };

  test('in pages', async () => {
    const ids = [1, 2, 3].map(() => kong.addPlugin({ serviceUrl }));
    const first = await asked('/plugins?size=2');
    expect(first.json.next).toBe(`/plugins?offset=${encodeURIComponent(first.json.offset ?? '')}&size=2`);
    const second = await asked(first.json.next ?? '');
    expect([...first.json.data, ...second.json.data].map(({ id }) => id)).toEqual(ids);
    expect([second.json.next, second.json.offset]).toEqual([null, undefined]);
  });

  test.each([
    ['/plugins?size=1001', 400, 'invalid size'],
    ['/plugins?offset=bm9uc2Vuc2U', 400, 'invalid offset'],
    ['/plugins/6d0f5a3e-1111-4222-8333-944455556666', 404, undefined],
  ])('refuses %s', async (path, status, name) => {
    const answer = await asked(path);
    expect([answer.status, answer.json.name]).toEqual([status, name]);
  });

  test.each([{ config: { shared_secret: 7 } }, { config: { shared_secret: '' } }, { config: { secret: 'x' } }])(
    'refuses a change against the schema: %j',
    async (change) => {
      const id = kong.addPlugin({ serviceUrl, sharedSecret: older.value });
      const answer = await asked(`/plugins/${id}`, { method: 'PATCH', body: JSON.stringify(change) });
      expect([answer.status, answer.json.name, answer.json.code]).toEqual([400, 'schema violation', 2]);
      expect(kong.storedSecret(id)).toBe(older.value);
    },
  );

  test('merges a change into the configuration', async () => {
    const id = kong.addPlugin({ serviceUrl, sharedSecret: older.value });
    const body = JSON.stringify({ config: { shared_secret: newer.value } });
    expect((await asked(`/plugins/${id}`, { method: 'PATCH', body })).json.config).toMatchObject({
      service_url: serviceUrl,
      secret_header_name: 'CLIENT-TOKEN',
      shared_secret: newer.value,
    });
  });
});
