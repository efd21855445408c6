import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PingOneFault } from '../../../lib/local/stand-ins/pingone/control.ts';
import { type Account, gatewayId, openAccount, startAtMs } from './pingone-account.ts';

const clock = { nowMs: startAtMs };
let account: Account;
beforeEach(async () => {
  clock.nowMs = startAtMs;
  account = await openAccount(clock);
});
afterEach(() => account.close());

const post = (fault: PingOneFault) => {
  account.control.faults.push({ on: 'create-credential', fault });
  return account.manage(account.credentialsUrl, { method: 'POST' });
};
const live = () => account.live(gatewayId).length;

test.each(['7', 'Mon, 02 Nov 2026 08:00:07 GMT'])(
  '429 REQUEST_LIMITED with Retry-After %s does nothing',
  async (retryAfter) => {
    const { status, json, headers } = await post({ kind: 'limited', retryAfter });
    expect([status, json.code, headers.get('retry-after'), live()]).toEqual([429, 'REQUEST_LIMITED', retryAfter, 0]);
  },
);

test('a silent drop looks like success, and nothing is there (kits-leaks 3.1)', async () => {
  const { status, json } = await post({ kind: 'dropped' });
  expect([status, live()]).toEqual([201, 0]);
  expect((await account.sideband(json.credential)).status).toBe(401);
});

test('a lost request leaves nothing, a lost answer a credential that nobody holds', async () => {
  await expect(post({ kind: 'lost-request' })).rejects.toThrow();
  expect(live()).toBe(0);
  await expect(post({ kind: 'lost-answer' })).rejects.toThrow();
  expect(live()).toBe(1);
});

test('a late commit appears at its own time', async () => {
  account.control.faults.push({ on: 'create-credential', fault: { kind: 'late-commit', afterMs: 60_000 } });
  const signal = new AbortController();
  const posted = account.manage(account.credentialsUrl, { method: 'POST', signal: signal.signal });
  await expect.poll(() => account.control.faults.length).toBe(0);
  signal.abort();
  await expect(posted).rejects.toThrow();
  expect(live()).toBe(0);
  clock.nowMs += 61_000;
  const { json } = await account.manage(account.credentialsUrl);
  expect(json._embedded.credentials).toMatchObject([{ createdAt: '2026-11-02T08:01:00.250Z' }]);
});

test('a slow answer takes its time, and was carried out before', async () => {
  const { json } = await post({ kind: 'slow', ms: 9_000 });
  expect(json.createdAt).toBe('2026-11-02T08:00:00.250Z');
  expect(clock.nowMs).toBe(startAtMs + 9_000);
});

test('a page in between is no JSON and quotes the request', async () => {
  account.control.faults.push({ on: 'list-credentials', fault: { kind: 'page', status: 502 } });
  const authorization = `Bearer ${await account.token()}`;
  const response = await fetch(account.credentialsUrl, { headers: { authorization } });
  expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html']);
  expect(await response.text()).toContain(authorization);
});

test('an outage is everywhere: 503, or no answer', async () => {
  const { value } = account.createByHand(gatewayId, account.origin);
  account.control.outage = 'unavailable';
  expect((await account.sideband(value)).status).toBe(503);
  expect((await fetch(account.tokenUrl, { method: 'POST' })).status).toBe(503);
  account.control.outage = 'unreachable';
  await expect(account.sideband(value)).rejects.toThrow();
  account.control.outage = 'none';
  expect((await account.sideband(value)).status).toBe(200);
});

test('faults are of one operation, used up in order', async () => {
  account.control.faults.push({
    on: 'list-credentials',
    fault: { kind: 'refused', status: 500, code: 'UNEXPECTED_ERROR' },
  });
  expect((await account.manage(account.credentialsUrl, { method: 'POST' })).status).toBe(201);
  expect((await account.manage(account.credentialsUrl)).json.code).toBe('UNEXPECTED_ERROR');
  expect((await account.manage(account.credentialsUrl)).status).toBe(200);
});
