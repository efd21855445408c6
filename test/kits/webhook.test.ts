import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import { kitKindOf } from '../../lambdas/kits/kinds.ts';
import { parseSigningKeys, signedHeaders } from '../../lambdas/kits/webhook-signature.ts';
import type { KitFetch } from '../../lambdas/ports.ts';
import { openWebhookReceiver, type WebhookReceiver } from '../../lib/local/stand-ins/webhook-receiver.ts';
import { accessTo, errorOf, installationOf, newer, older, signingSecret, startAtMs } from './installation.ts';

const realFetch = keptFetch();

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const kind = kitKindOf('webhook');

let nowMs: number;
let receiver: WebhookReceiver;
let settings: Record<string, string>;
beforeEach(async () => {
  nowMs = startAtMs;
  receiver = await openWebhookReceiver({ port: 0, signingSecret, applyMs: 2_000, nowMs: () => nowMs });
  settings = { url: receiver.url, readBackUrl: receiver.readBackUrl, signingSecret: 'signing-key' };
});
afterEach(async () => {
  await receiver.close();
});

const install = (more: Parameters<typeof accessTo>[1] = {}, credential = newer) =>
  kind.install(
    installationOf('webhook', settings, credential),
    settings,
    accessTo(secrets, { nowMs: () => nowMs, ...more }).access,
  );
const readBack = () =>
  kind.readBack?.(installationOf('webhook', settings), settings, accessTo(secrets, { nowMs: () => nowMs }).access);

/** Real HTTP; the given faults meet the POSTs only, so that the question before them is answered. */
const faultyPosts =
  (...faults: WebhookReceiver['faults']): KitFetch =>
  (url, init) => {
    const fault = init.method === 'POST' ? faults.shift() : undefined;
    if (fault !== undefined) receiver.faults.push(fault);
    return realFetch(url, init);
  };

describe('the webhook', () => {
  test('takes the credential, acknowledges it, and shows it when its nodes use it', async () => {
    expect(await install()).toEqual({ state: 'INSTALLED', acknowledged: true });
    expect(await readBack()).toEqual({ matches: false });
    nowMs += 2_000;
    expect(await readBack()).toEqual({ matches: true });
    expect(receiver.currentCredential()).toBe(newer.value);
  });

  test('is not sent what it uses already', async () => {
    await install();
    nowMs += 2_000;
    expect(await install()).toEqual({ state: 'INSTALLED', acknowledged: true });
    expect(receiver.accepted).toHaveLength(1);
  });

  test('takes an earlier credential again after a roll-back', async () => {
    for (const credential of [newer, older, newer]) {
      await install({}, credential);
      nowMs += 2_000;
    }
    expect(receiver.currentCredential()).toBe(newer.value);
  });

  test('is given up when it never answers', async () => {
    const time = new AbortController();
    receiver.faults.push('hang');
    const fetch: KitFetch = (url, init) => {
      queueMicrotask(() => time.abort());
      return realFetch(url, init);
    };
    expect(await errorOf(install({ fetch, signal: time.signal }))).toMatchObject({ code: 'TIMEOUT' });
  });

  test.each([200, 202])('has acknowledged nothing when HTTP %i does not repeat the credentialId', async (status) => {
    expect(await install({ fetch: faultyPosts(status) })).toEqual({ state: 'INSTALLED', acknowledged: false });
  });

  test('has acknowledged nothing when it names another credential', async () => {
    const fetch: KitFetch = async () => new Response(JSON.stringify({ credentialId: older.credentialId }));
    expect(await install({ fetch })).toEqual({ state: 'INSTALLED', acknowledged: false });
  });

  test('refuses with 4xx at once', async () => {
    expect(await errorOf(install({ fetch: faultyPosts(422) }))).toMatchObject({
      name: 'KitRefused',
      code: 'REQUEST_REFUSED',
    });
  });

  test('refuses another signing key, and an old or bent message', async () => {
    const readSecret = async () => 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    expect(await errorOf(install({ readSecret }))).toMatchObject({ name: 'KitRefused', code: 'ACCESS_DENIED' });
    expect(await errorOf(install({ nowMs: () => nowMs - 301_000 }))).toMatchObject({ code: 'ACCESS_DENIED' });
    const fetch: KitFetch = (url, init) =>
      realFetch(url, init.method === 'POST' ? { ...init, body: `${String(init.body)} ` } : init);
    expect(await errorOf(install({ fetch }))).toMatchObject({ code: 'ACCESS_DENIED' });
    expect([receiver.accepted.length, receiver.refused]).toEqual([0, 3]);
  });

  test('does not apply a replayed message', async () => {
    const sent: Parameters<KitFetch>[1][] = [];
    const fetch: KitFetch = (url, init) => {
      if (init.method === 'POST') sent.push(init);
      return realFetch(url, init);
    };
    await install({ fetch }, older);
    nowMs += 2_000;
    await install({}, newer);
    nowMs += 2_000;
    const [first] = sent;
    const again = first && (await realFetch(receiver.url, first));
    nowMs += 2_000;
    expect(JSON.parse((await again?.text()) ?? '')).toEqual({ credentialId: newer.credentialId });
    expect(receiver.currentCredential()).toBe(newer.value);
  });

  test.each(['', 'password', 'whsec_short', `${signingSecret} whsec_AAAA`])(
    'refuses the signing key "%s" without repeating it',
    async (text) => {
      expect(await errorOf(install({ readSecret: async () => text }))).toMatchObject({
        name: 'KitMisconfigured',
        code: 'SECRET_UNUSABLE',
      });
    },
  );

  test('is never ours when it answers something else to reading back', async () => {
    const fetch: KitFetch = async () => new Response('<html>Welcome</html>');
    const access = accessTo(secrets, { fetch }).access;
    const asked = kind.readBack?.(installationOf('webhook', settings), settings, access);
    expect(await errorOf(asked ?? Promise.resolve())).toMatchObject({ code: 'UNREADABLE_ANSWER' });
  });
});

// The signature was made with the npm package standardwebhooks 1.1.1, the specification's own reference library.
test('signs as the reference library of Standard Webhooks does', () => {
  const keys = parseSigningKeys('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? [];
  expect(signedHeaders(keys, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_999, '{"test": 2432232314}')).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('the keys of one secret are never those of another, in whatever order they are asked for', () => {
  const texts = [1, 2].map((byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`);
  const bytesOf = (text: string) => parseSigningKeys(text)?.map((key) => key.export().at(0));
  const [one = '', other = ''] = texts;
  expect([one, one, other, 'no key', one, `${other} ${one}`].map(bytesOf)).toEqual([
    [1],
    [1],
    [2],
    undefined,
    [1],
    [2, 1],
  ]);
});
