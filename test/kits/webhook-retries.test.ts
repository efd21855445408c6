import { setImmediate } from 'node:timers/promises';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import type { KitFetch } from '../../lambdas/ports.ts';
import { accessTo, errorOf, installationOf, newer, startAtMs } from './installation.ts';

const url = 'https://hook.example/credential';
const settings = { url, readBackUrl: url, signingSecret: 'signing-key' };
const secrets = new SecretsManagerClient({ region: 'us-east-1' });

let nowMs: number;
beforeEach(() => {
  nowMs = startAtMs;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const install = (more: Parameters<typeof accessTo>[1]) =>
  kitKindOf('webhook').install(
    installationOf('webhook', settings),
    settings,
    accessTo(secrets, { nowMs: () => nowMs, ...more }).access,
  );

/** Lets everything go on until the code under test waits on a (fake) timer. */
const untilItWaits = async () => {
  while (vi.getTimerCount() === 0) await setImmediate();
};

/** Answers to POSTs without HTTP, whose own timers would be mixed up with those under test. */
const scripted = (answers: (number | 'cut')[]) => {
  const posts: Headers[] = [];
  const fetch: KitFetch = async (_, init) => {
    if (init.method !== 'POST') return new Response('{"credentialId":null}');
    posts.push(new Headers(init.headers));
    const status = answers.shift();
    if (typeof status !== 'number') throw new TypeError('fetch failed');
    return new Response(status === 200 ? JSON.stringify({ credentialId: newer.credentialId }) : 'x', { status });
  };
  return { fetch, posts };
};

test('a webhook is tried again after 5xx, a cut connection and 429, with the same message id and a new timestamp', async () => {
  const { fetch, posts } = scripted([503, 'cut', 429, 200]);
  const installing = install({ fetch });
  for (const waitMs of [500, 1_000, 2_000]) {
    await untilItWaits();
    nowMs += waitMs;
    vi.advanceTimersByTime(waitMs);
  }
  expect(await installing).toEqual({ state: 'INSTALLED', acknowledged: true });
  expect(new Set(posts.map((headers) => headers.get('webhook-id'))).size).toBe(1);
  expect(posts.map((headers) => Number(headers.get('webhook-timestamp')) - startAtMs / 1000)).toEqual([0, 0, 1, 3]);
});

test('a webhook is given up when the time is over, with the last answer as the reason and no timer left', async () => {
  const time = new AbortController();
  const { fetch, posts } = scripted([503, 200]);
  const failing = errorOf(install({ fetch, signal: time.signal }));
  await untilItWaits();
  time.abort();
  expect(await failing).toMatchObject({ name: 'KitUnreachable', code: 'SERVER_ERROR' });
  expect([posts.length, vi.getTimerCount()]).toEqual([1, 0]);
});
