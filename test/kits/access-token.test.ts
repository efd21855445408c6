import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientAuthorization } from '../../lambdas/kits/client-credentials.ts';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import type { KitAccess } from '../../lambdas/kits/kit-kind.ts';
import { type ClientToken, clientToken } from '../../lib/local/stand-ins/client-token.ts';
import { type Answered, type LoopbackServer, openLoopbackServer } from '../../lib/local/stand-ins/loopback-server.ts';
import { accessTo, errorOf, installationOf, startAtMs } from './installation.ts';

const realFetch = keptFetch();

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const { kit } = installationOf('manual', {});

let tokens: ClientToken;
let server: LoopbackServer;
let answer: Answered | undefined;
let asked: string[];
let secret: string;
beforeEach(async () => {
  tokens = clientToken(() => startAtMs, ['https://api.example/.default']);
  secret = JSON.stringify(tokens.client);
  answer = undefined;
  asked = [];
  server = await openLoopbackServer(0, (one) => {
    asked.push(`${one.method} ${one.url.pathname}`);
    return answer ?? tokens.answer(one);
  });
});
afterEach(() => server.close());

const fetchToken = (more: Partial<KitAccess> = {}, scope = 'https://api.example/.default') =>
  clientAuthorization(
    kit,
    { name: 'connected app', accessSecret: 'kits/app', tokenUrl: `${server.origin}/token`, scope },
    accessTo(secrets, { readSecret: async () => secret, ...more }).access,
  );
const failed = async (work: Promise<unknown> = fetchToken()) => {
  const error = await errorOf(work);
  expect(String(error)).not.toMatch(/marked|no: |client_secret=/); // the secret, a token, and what was answered
  expect(error).not.toHaveProperty('cause');
  return error;
};

describe('An access token', () => {
  test('is fetched for the scope that is asked for, each time anew', async () => {
    const [one, other] = [await fetchToken(), await fetchToken()];
    expect(tokens.scopeOf(one)).toBe('https://api.example/.default');
    expect(one).not.toBe(other);
    expect(asked).toEqual(['POST /token', 'POST /token']);
  });

  test('is asked for by the requests of the kit, with its signal and without following a redirect', async () => {
    const calls: Parameters<KitAccess['fetch']>[] = [];
    const signal = AbortSignal.timeout(20_000);
    const fetch: KitAccess['fetch'] = async (...call) => {
      calls.push(call);
      return realFetch(...call);
    };
    await fetchToken({ fetch, signal });
    expect(calls).toEqual([[`${server.origin}/token`, expect.objectContaining({ redirect: 'manual', signal })]]);
  });

  test.each<[string, { expires?: true; scope?: string; answer?: Answered }, string]>([
    ['an expired secret', { expires: true }, 'HTTP 401 (invalid_client)'],
    ['another scope', { scope: 'https://other.example/.default' }, 'HTTP 400 (invalid_scope)'],
    ['a page in place of an answer', { answer: { status: 403, text: '<html>no: marked</html>' } }, 'HTTP 403.'],
    ['an error of its own', { answer: { status: 400, json: { error: 'no: marked' } } }, 'HTTP 400.'],
  ])('refuses %s, and says what to check', async (_, given, message) => {
    if (given.expires) tokens.expireSecret();
    answer = given.answer;
    const error = await failed(fetchToken({}, given.scope));
    expect(error).toMatchObject({ name: 'KitRefused', code: 'ACCESS_DENIED' });
    expect(String(error)).toContain(message);
    expect(String(error)).toContain('secret kits/app is still there and enabled');
  });

  test.each([
    [
      { status: 429, headers: { 'retry-after': '7' } },
      { code: 'RATE_LIMITED', retryAfterMs: 7_000 },
    ],
    [{ status: 503, text: 'marked' }, { code: 'SERVER_ERROR' }],
    [{ status: 400, json: { error: 'temporarily_unavailable' } }, { code: 'SERVER_ERROR' }],
    [{ status: 200, text: 'marked' }, { code: 'UNREADABLE_ANSWER' }],
    [{ status: 200, json: { access_token: 'marked' } }, { code: 'UNREADABLE_ANSWER' }],
    [{ status: 200, json: { access_token: 'marked\r\n', token_type: 'bearer' } }, { code: 'UNREADABLE_ANSWER' }],
    [{ status: 200, json: { access_token: 'marked', token_type: 'mac' } }, { code: 'UNREADABLE_ANSWER' }],
  ])('that may come later is tried again: %j', async (given, expected) => {
    answer = given;
    expect(await failed()).toMatchObject({ name: 'KitUnreachable', ...expected });
  });

  test('refuses a redirect', async () => {
    answer = { status: 302, headers: { location: `${server.origin}/elsewhere` } };
    expect(await failed()).toMatchObject({ name: 'KitRefused', code: 'REDIRECTED' });
    expect(asked).toEqual(['POST /token']);
  });

  test('ends with the time of the kit', async () => {
    expect(await failed(fetchToken({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'TIMEOUT' });
  });

  test.each(['', 'marked', '{}', '{"clientId":"a","clientSecret":"marked","tenant":"x"}'])(
    'refuses a secret of another form: %j',
    async (text) => {
      secret = text;
      expect(await failed()).toMatchObject({ name: 'KitMisconfigured', code: 'SECRET_UNUSABLE' });
      expect(asked).toEqual([]);
    },
  );
});
