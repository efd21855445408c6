import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, type PingOneAccess } from '../../../lambdas/authorities/pingone/ask.ts';
import { type Asked, openLoopbackServer } from '../../../lib/local/stand-ins/loopback-server.ts';
import { type Account, openAccount, startAtMs } from '../../local/stand-ins/pingone-account.ts';

const clock = { nowMs: startAtMs };
const limit = { controller: new AbortController() };
const access: PingOneAccess = {
  fetch: globalThis.fetch,
  now: () => clock.nowMs,
  pause: async () => undefined,
  timeLimit: () => limit.controller.signal,
};
let account: Account;
beforeEach(async () => {
  limit.controller = new AbortController();
  account = await openAccount(clock);
});
afterEach(() => account.close());
const token = async () => ({ authorization: `Bearer ${await account.token()}` });

test('An answer comes with its status, its JSON and the time of PingOne', async () => {
  const outcome = await ask(access, { method: 'GET', url: account.credentialsUrl, headers: await token() });
  expect(outcome).toMatchObject({
    kind: 'ANSWERED',
    status: 200,
    atMs: Date.parse('2026-11-02T08:00:00Z'),
    json: { count: 0 },
  });
});

test('Nobody there: certain that nothing was sent', async () => {
  await account.close();
  const outcome = await ask(access, { method: 'POST', url: account.credentialsUrl, headers: {} });
  expect(outcome).toEqual({ kind: 'NOT_SENT', code: 'ECONNREFUSED' });
});

test('A connection that breaks after sending leaves it open', async () => {
  account.control.faults.push({ on: 'create-credential', fault: { kind: 'lost-answer' } });
  const outcome = await ask(access, { method: 'POST', url: account.credentialsUrl, headers: await token() });
  expect(outcome).toMatchObject({ kind: 'NO_ANSWER' });
});

test('An answer that does not come within the limit is none', async () => {
  account.control.faults.push({ on: 'create-credential', fault: { kind: 'silent' } });
  const asked = ask(access, { method: 'POST', url: account.credentialsUrl, headers: await token() });
  await expect.poll(() => account.control.faults.length).toBe(0);
  limit.controller.abort();
  expect(await asked).toEqual({ kind: 'NO_ANSWER', why: 'none within 10 s' });
});

test('refuses to follow a redirect: what it leads to sees no token', async () => {
  const reached: Asked[] = [];
  const elsewhere = await openLoopbackServer(0, (asked) => {
    reached.push(asked);
    return { status: 200, json: {} };
  });
  const redirecting = await openLoopbackServer(0, () => ({ status: 307, headers: { location: elsewhere.origin } }));
  const outcome = await ask(access, { method: 'GET', url: redirecting.origin, headers: { authorization: 'Bearer t' } });
  await Promise.all([elsewhere.close(), redirecting.close()]);
  expect(outcome).toMatchObject({ kind: 'ANSWERED', status: 307 });
  expect(reached).toEqual([]);
});
