import { beforeEach, describe, expect, test } from 'vitest';
import { managementApi } from '../../../lambdas/authorities/pingone/management-api.ts';
import type { CredentialId } from '../../../lambdas/domain/ids.ts';
import type { Operation, PingOneFault } from '../../../lib/local/stand-ins/pingone/control.ts';
import { basicWorker, gatewayId, startAtMs } from '../../local/stand-ins/pingone-account.ts';
import { clientOf, errorOf, origin, settings, systemError, urls, useOf } from './in-process.ts';

const clock = { nowMs: startAtMs };
let client: ReturnType<typeof clientOf>;
beforeEach(() => {
  clock.nowMs = startAtMs;
  client = clientOf(clock);
});

const byHand = () => client.pingOne.createByHand(gatewayId, origin).id as CredentialId;
const meet = (on: Operation, ...faults: PingOneFault[]) =>
  client.pingOne.control.faults.push(...faults.map((fault) => ({ on, fault })));
const posts = () => client.pingOne.control.asked.filter((operation) => operation === 'create-credential').length;
const inTime = startAtMs + 15_000;
const live = () => client.pingOne.live(gatewayId);

describe('reading', () => {
  test('the gateway', async () => {
    expect(await client.api.gateway()).toEqual({ name: 'payments', type: 'API_GATEWAY_INTEGRATION', enabled: true });
  });

  test('an empty list, with the time of PingOne and not ours', async () => {
    const ahead = { ...client.access, now: () => clock.nowMs + 86_400_000 };
    const api = managementApi(ahead, settings, urls, client.token);
    expect(await api.list()).toEqual({ listed: [], listedAtMs: Date.parse('2026-11-02T08:00:00Z') });
  });

  test('all pages of the list', async () => {
    client.pingOne.control.pageSize = 2;
    const ids = [byHand(), byHand(), byHand(), byHand(), byHand()];
    expect((await client.api.list()).listed.map(({ credentialId }) => credentialId)).toEqual(ids);
  });

  test('a next page that names another host is read from our own: the token goes nowhere else', async () => {
    client.pingOne.control.pageSize = 1;
    const ids = [byHand(), byHand()];
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      asked.push(new URL(String(url)).origin);
      const response = await client.access.fetch(url, init);
      const text = (await response.text()).replaceAll(origin, 'https://attacker.example');
      return new Response(text, response);
    };
    const api = managementApi({ ...client.access, fetch }, settings, urls, client.token);
    expect((await api.list()).listed.map(({ credentialId }) => credentialId)).toEqual(ids);
    expect(new Set(asked)).toEqual(new Set([origin]));
  });

  test('refuses pages that never end', async () => {
    const json = { _links: { next: { href: `${origin}/v1/x?cursor=again` } }, _embedded: { credentials: [] } };
    const fetch: typeof globalThis.fetch = async () =>
      Response.json(json, { headers: { date: 'Mon, 02 Nov 2026 08:00:00 GMT' } });
    const api = managementApi({ ...client.access, fetch }, settings, urls, {
      current: async () => 't',
      inPlaceOf: async () => 't',
    });
    expect(await errorOf(api.list())).toMatchObject({ name: 'TemporarilyUnavailable' });
  });

  test('refuses a list without Date', async () => {
    const fetch: typeof globalThis.fetch = async () => Response.json({ _embedded: { credentials: [] } });
    const api = managementApi({ ...client.access, fetch }, settings, urls, {
      current: async () => 't',
      inPlaceOf: async () => 't',
    });
    expect(await errorOf(api.list())).toMatchObject({
      name: 'TemporarilyUnavailable',
      message: expect.stringContaining('Date'),
    });
  });

  test('one credential, used or never used, or that there is none', async () => {
    const { id, value } = client.pingOne.createByHand(gatewayId, origin);
    const credentialId = id as CredentialId;
    expect(await client.api.read(credentialId)).toEqual({ credentialId, createdAtMs: startAtMs });
    await useOf(client.access, value);
    expect(await client.api.read(credentialId)).toMatchObject({ lastUsedAtMs: startAtMs });
    client.pingOne.deleteByHand(gatewayId, id);
    expect(await client.api.read(credentialId)).toBeUndefined();
  });
});

describe('creating', () => {
  test('gives the value that only the 201 holds', async () => {
    const outcome = await client.api.create(inTime);
    expect(outcome).toMatchObject({ kind: 'CREATED', credential: { credentialId: live()[0], createdAtMs: startAtMs } });
  });

  test.each([
    ['lost-answer', { kind: 'lost-answer' }, 1],
    ['lost-request', { kind: 'lost-request' }, 0],
    ['silence', { kind: 'silent' }, 0],
    ['an answer after the limit', { kind: 'slow', ms: 10_000 }, 1],
    ['500', { kind: 'refused', status: 500, code: 'UNEXPECTED_ERROR' }, 0],
    ['503 of a proxy', { kind: 'page', status: 503 }, 0],
    ['201 of a proxy', { kind: 'page', status: 201 }, 0],
    ['200', { kind: 'page', status: 200 }, 0],
    ['408', { kind: 'refused', status: 408, code: 'REQUEST_TIMEOUT' }, 0],
    ['400 UNEXPECTED_ERROR', { kind: 'refused', status: 400, code: 'UNEXPECTED_ERROR' }, 0],
  ] as const)('is ambiguous after %s, and not tried again', async (_what, fault, left) => {
    meet('create-credential', fault);
    expect(await client.api.create(inTime)).toMatchObject({
      kind: 'AMBIGUOUS',
      error: { name: 'TemporarilyUnavailable' },
    });
    expect([posts(), live().length]).toEqual([1, left]);
  });

  test.each([
    [400, 'INVALID_DATA', 'StepFailed'],
    [403, 'ACCESS_FAILED', 'StepFailed'],
    [400, 'ACCESS_FAILED', 'StepFailed'],
    [404, 'NOT_FOUND', 'StepFailed'],
    [409, 'UNIQUENESS_VIOLATION', 'StepFailed'],
  ])('came to nothing after %i %s', async (status, code, name) => {
    meet('create-credential', { kind: 'refused', status, code });
    expect(await client.api.create(inTime)).toMatchObject({ kind: 'NOT_CREATED', error: { name } });
    expect(posts()).toBe(1);
  });

  test('is limited after 429, without waiting and without a second POST', async () => {
    meet('create-credential', { kind: 'limited', retryAfter: '1' });
    expect(await client.api.create(inTime)).toMatchObject({
      kind: 'LIMITED',
      error: { name: 'TemporarilyUnavailable' },
    });
    expect([posts(), clock.nowMs]).toEqual([1, startAtMs]);
  });

  test('came to nothing when PingOne could not be reached at all', async () => {
    const fetch: typeof globalThis.fetch = async () => {
      throw new TypeError('fetch failed', { cause: systemError('ECONNREFUSED') });
    };
    const api = managementApi({ ...client.access, fetch }, settings, urls, {
      current: async () => 't',
      inPlaceOf: async () => 't',
    });
    expect(await api.create(inTime)).toMatchObject({
      kind: 'NOT_CREATED',
      error: { name: 'TemporarilyUnavailable', message: expect.stringContaining('ECONNREFUSED') },
    });
  });

  test('came to nothing when there was no token to send it with', async () => {
    meet('token', { kind: 'lost-answer' });
    expect(await client.api.create(inTime)).toMatchObject({ kind: 'NOT_CREATED' });
    expect(posts()).toBe(0);
  });

  test('refuses to send it too late, be it the first POST or the one after a 401', async () => {
    await client.token.current();
    expect(await client.api.create(startAtMs - 1)).toMatchObject({
      kind: 'NOT_CREATED',
      error: { name: 'TemporarilyUnavailable' },
    });
    expect(posts()).toBe(0);
    client.pingOne.forgetTokens();
    meet('token', { kind: 'limited', retryAfter: '16' });
    expect(await client.api.create(inTime)).toMatchObject({
      kind: 'NOT_CREATED',
      error: { name: 'TemporarilyUnavailable' },
    });
    expect([posts(), live().length]).toEqual([1, 0]);
  });

  test('refuses a sixth as PingOne does, whatever status it uses', async () => {
    for (let count = 0; count < 5; count++) byHand();
    for (const sixth of [
      { status: 400, code: 'INVALID_DATA' },
      { status: 409, code: 'LIMIT' },
    ]) {
      client.pingOne.control.sixth = sixth;
      expect(await client.api.create(inTime)).toMatchObject({ kind: 'NOT_CREATED' });
    }
  });
});

test('A 401 fetches exactly one new token and asks once more, for every kind of request', async () => {
  const id = byHand();
  const asks = [
    client.api.list,
    client.api.gateway,
    () => client.api.create(Number.POSITIVE_INFINITY),
    () => client.api.read(id),
    () => client.api.remove(id),
  ];
  for (const ask of asks) {
    await client.token.inPlaceOf(await client.token.current()); // however near its end the last one was
    clock.nowMs += 1_000;
    client.pingOne.forgetTokens();
    const before = client.pingOne.control.asked.length;
    await ask();
    const after = client.pingOne.control.asked.slice(before);
    expect(after).toEqual([after[0], 'token', after[0]]);
  }
});

test.each([400, 401, 403])('ACCESS_FAILED asks for the role, whatever number it comes with: %i', async (status) => {
  meet('list-credentials', { kind: 'refused', status, code: 'ACCESS_FAILED' });
  expect(await errorOf(client.api.list())).toMatchObject({
    name: 'StepFailed',
    message: expect.stringContaining('Environment Admin'),
  });
});

test('A worker that is refused with a new token too is something for a person', async () => {
  meet(
    'list-credentials',
    { kind: 'refused', status: 401, code: 'INVALID_TOKEN' },
    { kind: 'refused', status: 401, code: 'INVALID_TOKEN' },
  );
  expect(await errorOf(client.api.list())).toMatchObject({
    name: 'StepFailed',
    message: expect.stringContaining('worker application'),
  });
  expect(client.pingOne.control.asked.filter((one) => one === 'token').length).toBe(2);
});

describe('revoking', () => {
  test('deletes, and finds it gone the next time', async () => {
    const id = byHand();
    expect(await client.api.remove(id)).toBe('DELETED');
    expect(await client.api.remove(id)).toBe('ALREADY_GONE');
  });

  test('is done when the answer was lost and it is asked again', async () => {
    const id = byHand();
    meet('delete-credential', { kind: 'lost-answer' });
    expect(await errorOf(client.api.remove(id))).toMatchObject({ name: 'TemporarilyUnavailable' });
    expect(await client.api.remove(id)).toBe('ALREADY_GONE');
  });

  test('refuses without the role, and says which is needed', async () => {
    client.pingOne.control.roles.set(basicWorker.clientId, []);
    expect(await errorOf(client.api.remove(byHand()))).toMatchObject({
      name: 'StepFailed',
      message: expect.stringContaining('Environment Admin'),
    });
  });
});

describe('429 on what may be repeated', () => {
  test.each([
    ['7', 7_000],
    ['Mon, 02 Nov 2026 08:00:07 GMT', 7_000], // counted from the Date of the answer, not from our clock
    [undefined, 1_000],
    ['soon', 1_000],
  ])('is asked again after Retry-After %s', async (retryAfter, waitMs) => {
    meet('list-credentials', { kind: 'limited', ...(retryAfter === undefined ? {} : { retryAfter }) });
    await client.api.list();
    expect(clock.nowMs - startAtMs).toBe(waitMs);
  });

  test.each(['21', 'Mon, 02 Nov 2026 09:00:00 GMT'])(
    'is given back when Retry-After %s is too long to sit out',
    async (retryAfter) => {
      meet('list-credentials', { kind: 'limited', retryAfter });
      expect(await errorOf(client.api.list())).toMatchObject({ name: 'TemporarilyUnavailable' });
      expect(clock.nowMs).toBe(startAtMs);
    },
  );

  test('ends when the waits together are too long, however short each is', async () => {
    meet('list-credentials', ...Array.from({ length: 100 }, () => ({ kind: 'limited', retryAfter: '0' }) as const));
    expect(await errorOf(client.api.list())).toMatchObject({ name: 'TemporarilyUnavailable' });
    expect(client.pingOne.control.asked.filter((one) => one === 'list-credentials').length).toBe(21);
  });
});

test('No error repeats what an answer said, or names a token', async () => {
  const bearer = await client.token.current();
  for (const status of [200, 302, 400, 403, 404, 500, 502]) {
    meet('list-credentials', { kind: 'page', status });
    const error = await errorOf(client.api.list());
    expect(String(error)).toContain(`HTTP ${status}`);
    expect(`${String(error)}${JSON.stringify(error)}`).not.toMatch(/html|authorization/i);
    expect(String(error)).not.toContain(bearer);
    expect(error).not.toHaveProperty('cause');
  }
});

test('A code that nobody knows is not repeated; the id under which PingOne logs it is', async () => {
  meet('list-credentials', { kind: 'refused', status: 400, code: 'SECRET_IN_CODE' });
  const error = String(await errorOf(client.api.list()));
  expect(error).toMatch(/HTTP 400 \([0-9a-f-]{36} in its logs\)/);
  expect(error).not.toContain('SECRET_IN_CODE');
});
