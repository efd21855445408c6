import { beforeEach, expect, test } from 'vitest';
import { workerToken } from '../../../lambdas/authorities/pingone/token.ts';
import { basicWorker, postWorker, startAtMs } from '../../local/stand-ins/pingone-account.ts';
import { clientOf, errorOf, settings, urls, workerSecret } from './in-process.ts';

const clock = { nowMs: startAtMs };
let client: ReturnType<typeof clientOf>;
beforeEach(() => {
  clock.nowMs = startAtMs;
  client = clientOf(clock);
});
const tokenOf = (secret: string) =>
  workerToken(client.access, { ...urls, workerSecret: settings.workerSecret }, async () => secret);
const fetched = () => client.sent.filter(({ url }) => url === urls.tokenUrl).length;
const appOf = ({ clientId, clientSecret, tokenEndpointAuthMethod }: typeof basicWorker | typeof postWorker) =>
  JSON.stringify({ clientId, clientSecret, tokenEndpointAuthMethod });

test.each([basicWorker, postWorker])(
  'A worker set to $tokenEndpointAuthMethod gets a token by that method',
  async (worker) => {
    expect(await tokenOf(appOf(worker)).current()).toMatch(/^\S+$/);
  },
);

test('A secret without a method means Basic', async () => {
  expect(await tokenOf(workerSecret).current()).toMatch(/^\S+$/);
});

test('One token serves until a minute before its end, then another is fetched', async () => {
  const token = tokenOf(workerSecret);
  const first = await token.current();
  clock.nowMs += 3_539_999;
  expect([await token.current(), fetched()]).toEqual([first, 1]);
  clock.nowMs += 1;
  expect(await token.current()).not.toBe(first);
  expect(fetched()).toBe(2);
});

test('A token that lives for a moment only is used for half of it', async () => {
  client.pingOne.control.tokenSeconds = 10;
  const token = tokenOf(workerSecret);
  await token.current();
  clock.nowMs += 4_999;
  await token.current();
  expect(fetched()).toBe(1);
  clock.nowMs += 1;
  await token.current();
  expect(fetched()).toBe(2);
});

test('However many ask at once, and however many were refused with the same token, one is fetched', async () => {
  const token = tokenOf(workerSecret);
  const [first = ''] = await Promise.all([token.current(), token.current(), token.current()]);
  expect(fetched()).toBe(1);
  const [second = ''] = await Promise.all([token.inPlaceOf(first), token.inPlaceOf(first)]);
  expect([await token.inPlaceOf(first), fetched()]).toEqual([second, 2]);
});

test('refuses the wrong method or secret as something for a person, naming the method and never the secret', async () => {
  for (const app of [
    { ...basicWorker, tokenEndpointAuthMethod: 'CLIENT_SECRET_POST' as const },
    { ...basicWorker, clientSecret: 'a-wrong-secret' },
  ]) {
    const { clientId, clientSecret, tokenEndpointAuthMethod } = app;
    const error = await errorOf(tokenOf(JSON.stringify({ clientId, clientSecret, tokenEndpointAuthMethod })).current());
    expect(error).toMatchObject({ name: 'StepFailed', message: expect.stringContaining(tokenEndpointAuthMethod) });
    expect(String(error)).not.toContain(clientSecret);
  }
});

test.each(['', 'not json', '{"clientId":"a"}', '{"clientId":"a","clientSecret":"s3cret-value","extra":1}'])(
  'refuses a secret that holds no worker application without repeating it: %s',
  async (secret) => {
    const error = await errorOf(tokenOf(secret).current());
    expect(error).toMatchObject({ name: 'StepFailed', message: expect.stringContaining('pingone-worker') });
    expect(String(error)).not.toMatch(/s3cret-value|not json/);
  },
);

test.each([
  { kind: 'refused', status: 500, code: 'UNEXPECTED_ERROR' },
  { kind: 'page', status: 502 },
  { kind: 'page', status: 200 },
  { kind: 'lost-answer' },
  { kind: 'silent' },
] as const)('An outage of the token endpoint passes: %j', async (fault) => {
  client.pingOne.control.faults.push({ on: 'token', fault });
  const token = tokenOf(workerSecret);
  const error = await errorOf(token.current());
  expect(error).toMatchObject({ name: 'TemporarilyUnavailable' });
  expect(String(error)).not.toContain(basicWorker.clientSecret);
  expect(await token.current()).toMatch(/^\S+$/);
});

test('A limited token endpoint is asked again when it said', async () => {
  client.pingOne.control.faults.push({ on: 'token', fault: { kind: 'limited', retryAfter: '5' } });
  await tokenOf(workerSecret).current();
  expect([fetched(), clock.nowMs]).toEqual([2, startAtMs + 5_000]);
});
