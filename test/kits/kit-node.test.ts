import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type KitNode, openKitNode } from '../../lib/local/stand-ins/kit-node.ts';
import {
  type Answered,
  type Asked,
  type LoopbackServer,
  openLoopbackServer,
} from '../../lib/local/stand-ins/loopback-server.ts';
import { readAnswer } from '../../lib/local/stand-ins/sideband-answer.ts';
import { newer, older } from './installation.ts';

let policyCheck: LoopbackServer;
let asked: Asked[];
let answer: (asked: Asked) => Answered | Promise<Answered>;
let credential: string | undefined;
let node: KitNode;

const allow = (request: Asked): Answered => {
  const { body: _, ...echo } = JSON.parse(request.body);
  return request.url.pathname.endsWith('/sideband/request')
    ? { status: 200, json: { ...echo, state: 'opaque' } }
    : { status: 200, json: { response_code: echo.response_code, headers: echo.headers } };
};

beforeEach(async () => {
  asked = [];
  answer = allow;
  credential = older.value;
  policyCheck = await openLoopbackServer(0, (request) => {
    asked.push(request);
    return answer(request);
  });
  node = await openKitNode({
    policyCheckUrl: `${policyCheck.origin}/gateways/orders/kits/edge-1`,
    currentCredential: () => credential,
    localAddress: '127.0.0.2',
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await node.stop();
  await policyCheck.close();
});

describe('a kit node', () => {
  test('asks on both legs as the Kong plugin does', async () => {
    expect(await node.request()).toMatchObject({ kind: 'ALLOWED' });
    expect(asked.map(({ method, url, headers }) => [method, url.pathname, headers['client-token']])).toEqual([
      ['POST', '/gateways/orders/kits/edge-1/sideband/request', older.value],
      ['POST', '/gateways/orders/kits/edge-1/sideband/response', older.value],
    ]);
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({
      source_ip: node.address,
      source_port: expect.any(String),
      headers: [{ accept: '*/*' }, { host: 'api.example.com' }],
      body: '',
    });
    expect(JSON.parse(asked[1]?.body ?? '')).toMatchObject({ response_code: '200', state: 'opaque' });
    expect(JSON.parse(asked[1]?.body ?? '')).not.toHaveProperty('request');
    expect(node.counts()).toEqual({ requests: 1, refused: 0, failed: 0 });
  });

  test('finishes a request on the credential that it began with', async () => {
    answer = (request) => {
      credential = newer.value;
      return allow(request);
    };
    await node.request();
    await node.request();
    expect(asked.map(({ headers }) => headers['client-token'])).toEqual([
      older.value,
      older.value,
      newer.value,
      newer.value,
    ]);
  });

  test('counts refusals and failures apart, and never names the credential', async () => {
    answer = () => ({ status: 401, json: { id: 'x', code: 'INVALID_TOKEN', message: older.value } });
    await node.request();
    policyCheck.faults.push('reset');
    await node.request();
    expect(node.counts()).toEqual({ requests: 2, refused: 1, failed: 1 });
    expect(node.problems()).toEqual([
      { kind: 'REFUSED', reason: 'HTTP 401', count: 1 },
      { kind: 'FAILED', reason: expect.stringMatching(/^\w+$/), count: 1 },
    ]);
    expect(node.lastProblem()).not.toContain(older.value);
  });

  test('counts a refusal of the response leg', async () => {
    answer = (request) =>
      request.url.pathname.endsWith('request') ? allow(request) : { status: 401, json: { id: 'x', message: 'no' } };
    await node.request();
    expect(node.counts()).toEqual({ requests: 1, refused: 1, failed: 0 });
  });

  test('asks nothing without a credential', async () => {
    credential = undefined;
    expect(await node.request()).toBeUndefined();
    expect(node.counts().requests).toBe(0);
  });

  test('keeps its rate, and is silent after stop', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    node.start(3);
    vi.advanceTimersByTime(1_000);
    await node.stop();
    expect(node.counts()).toEqual({ requests: 3, refused: 0, failed: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('never has more than 3 requests under way: a slow machine gets less traffic and no queue', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    node.start(1_000_000);
    vi.advanceTimersByTime(10_000);
    await node.stop();
    expect(node.counts()).toEqual({ requests: 3, refused: 0, failed: 0 });
  });

  test('sends from an address of its own, or from 127.0.0.1 where there is none', async () => {
    const nowhere = await openKitNode({
      policyCheckUrl: policyCheck.origin,
      currentCredential: () => credential,
      localAddress: '192.0.2.1',
    });
    expect(nowhere.address).toBe('127.0.0.1');
    expect(node.address).toBe(process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1');
    await nowhere.stop();
  });
});

describe('an answer that breaks a real kit is a failure', () => {
  const good = { url: 'https://a/', method: 'GET', http_version: '1.1', headers: [] };
  test.each([
    ['response: null', 200, undefined, { ...good, response: null }],
    ['headers as a map', 200, undefined, { ...good, headers: { accept: '*/*' } }],
    ['no headers', 200, undefined, { url: 'https://a/', method: 'GET', http_version: '1.1' }],
    ['an empty object', 200, undefined, {}],
    ['a deny without headers', 200, undefined, { ...good, response: { response_code: '403' } }],
    ['429 without Retry-After', 429, undefined, { id: 'x', message: 'slow' }],
    ['429 with a date', 429, 'Wed, 21 Oct 2026 07:28:00 GMT', { id: 'x', message: 'slow' }],
    ['state: null', 200, undefined, { ...good, state: null }],
    ['429 of a busy machine', 429, '1', { id: 'x', message: 'slow' }],
    ['5xx', 503, undefined, { id: 'x', message: 'later' }],
  ])('%s', (_, status, retryAfter, body) => {
    expect(readAnswer('request', status, retryAfter, JSON.stringify(body)).kind).toBe('FAILED');
  });
  test('no JSON', () => {
    expect(readAnswer('request', 200, undefined, '').kind).toBe('FAILED');
  });
  test('and a good one is not', () => {
    expect(readAnswer('request', 200, undefined, JSON.stringify(good))).toEqual({ kind: 'ALLOWED' });
    const response = { response_code: '403', headers: [] };
    expect(readAnswer('request', 200, undefined, JSON.stringify({ ...good, response })).kind).toBe('REFUSED');
  });
});
