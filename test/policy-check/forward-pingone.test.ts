import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Account, gatewayId, openAccount, startAtMs } from '../local/stand-ins/pingone-account.ts';
import { oldToken } from './fixtures.ts';
import { openForwarding, secretText } from './forward-world.ts';
import { backend, fromAdapter, fromKong, withoutBody } from './kit-requests.ts';
import { openAgent } from './small-api.ts';
import { send, strictKit } from './strict-kit.ts';

let account: Account;
let first: { readonly id: string; readonly value: string };
beforeEach(async () => {
  account = await openAccount({ nowMs: startAtMs });
  first = account.createByHand(gatewayId, account.origin);
});
afterEach(() => account.close());

const openBefore = async (options: { limitMs?: number } = {}) => {
  const opened = await openForwarding(account.serviceUrl, options);
  opened.world.readSecret = async () => secretText(first.value);
  return opened;
};
/** What PingOne answers to a kit that asks it without us. */
const askDirectly = (body: string, leg: string) =>
  send(`${account.serviceUrl}/sideband/${leg}`, {
    agent: openAgent(),
    headers: { 'CLIENT-TOKEN': first.value, 'Content-Type': 'application/json' },
    body,
  });
const { headers: _, ...withoutHeaders } = fromKong;

describe('a kit gets what PingOne would answer to it directly', () => {
  test.each([
    ["Kong's request", 'request', fromKong],
    ["Ping's adapter's", 'request', fromAdapter],
    ["PingGateway's", 'request', withoutBody],
    ['one with fields that nobody knows', 'request', { ...fromKong, state: null, extra: 1, client_certificate: {} }],
    ['one that brings its parsed token', 'request', { ...fromKong, access_token: { active: true } }],
    ['one without headers', 'request', withoutHeaders],
    ['one whose headers are a map', 'request', { ...fromKong, headers: {} }],
    ['one whose port is none', 'request', { ...fromKong, source_port: '65536' }],
    ['what is no object', 'request', []],
    ['a response with the request', 'response', { ...backend, request: fromKong }],
    ['a response with its code as a number', 'response', { ...backend, response_code: 201, request: {} }],
    ['a response with neither state nor request', 'response', backend],
    ['a response with a state of somebody else', 'response', { ...backend, state: 'H4sIopaque' }],
  ])('%s', async (_, leg, given) => {
    const { ask } = await openBefore();
    const body = JSON.stringify(given);
    const [direct, through] = [await askDirectly(body, leg), await ask(body, { leg })];
    const bare = (text: string) => ({ ...JSON.parse(text), id: undefined }); // of an error, made anew each time
    expect([through.status, bare(through.text)]).toEqual([direct.status, bare(direct.body)]);
    expect(through.headers['content-type']).toBe(direct.headers['content-type']);
  });

  test('its word about the client lies inside of a 200: no bearer token, and no right', async () => {
    const { ask } = await openBefore();
    account.control.policy = { bearerRequired: true, deniedPaths: [] };
    const challenge = await ask(JSON.stringify(fromKong));
    expect([challenge.status, JSON.parse(challenge.text).response.response_code]).toEqual([200, '401']);
    account.control.policy = { bearerRequired: false, deniedPaths: ['/orders'] };
    const denial = await ask(JSON.stringify(fromKong));
    expect([denial.status, JSON.parse(denial.text).response.response_code]).toEqual([200, '403']);
  });

  test('a kit as strict as Kong passes both legs, with the state of PingOne', async () => {
    const { server } = await openBefore();
    for (const path of ['/gateways/orders/kits/kong-eu', '/gateways/orders', '/gateways/orders/kits/kong-eu/nodes/a'])
      expect(await strictKit(server.url + path, oldToken, openAgent()).pass()).toEqual({
        status: 201,
        body: 'created',
      });
  });
});

describe('when PingOne fails, a strict kit reads why', () => {
  const reasonOf = async (options: { limitMs?: number } = {}) => {
    const { server } = await openBefore(options);
    return (await strictKit(`${server.url}/gateways/orders`, oldToken, openAgent()).pass()).reason;
  };

  test.each([
    ['unavailable', /^502: PingOne answered HTTP 503, so there is no decision\. The gateway credential is good\./],
    ['unreachable', /^502: PingOne cannot be reached, so there is no decision\./],
  ] as const)('it is %s', async (outage, reason) => {
    account.control.outage = outage;
    expect(await reasonOf()).toMatch(reason);
  });

  test('it is silent', async () => {
    account.control.faults.push({ on: 'sideband-request', fault: { kind: 'silent' } });
    expect(await reasonOf({ limitMs: 30 })).toMatch(/^504: PingOne did not answer within 0\.03 s/);
  });

  test.each([[{}], [{ retryAfter: '3' }], [{ retryAfter: new Date(startAtMs + 9_000).toUTCString() }]])(
    'it is asked too often, and says %o',
    async (more) => {
      account.control.faults.push({ on: 'sideband-request', fault: { kind: 'limited', ...more } });
      expect(await reasonOf()).toMatch(/^429: Too many requests\./); // the kit has found its seconds
    },
  );

  test('a page of somebody in between quotes the request, and none of it is given on', async () => {
    account.control.faults.push({ on: 'sideband-request', fault: { kind: 'page', status: 200 } });
    const { ask, world } = await openBefore();
    const { status, text } = await ask(JSON.stringify(fromKong));
    expect(status).toBe(502);
    expect(text + world.lines.join()).not.toContain(first.value);
  });

  test('after its outage the next request passes', async () => {
    const { server } = await openBefore();
    const kit = strictKit(`${server.url}/gateways/orders`, oldToken, openAgent());
    account.control.outage = 'unreachable';
    expect((await kit.pass()).status).toBe(502);
    account.control.outage = 'none';
    expect((await kit.pass()).status).toBe(201);
  });
});

test("PingOne's credential is rotated under traffic, and no request fails", async () => {
  const { server, world } = await openBefore();
  const kits = Array.from({ length: 4 }, () => strictKit(`${server.url}/gateways/orders`, oldToken, openAgent()));
  const statuses: number[] = [];
  let goesOn = true;
  const traffic = kits.map(async (kit) => {
    while (goesOn) statuses.push((await kit.pass()).status);
  });
  const passed = async (count: number): Promise<void> => {
    const until = statuses.length + count;
    while (statuses.length < until) await new Promise(setImmediate);
  };
  await passed(20);
  const second = account.createByHand(gatewayId, account.origin);
  world.readSecret = async () => secretText(second.value);
  await passed(20); // each instance still presents what it has read
  account.deleteByHand(gatewayId, first.id);
  world.nowMs += 2_000;
  await passed(40);
  goesOn = false;
  await Promise.all(traffic);

  expect(new Set(statuses)).toEqual(new Set([201]));
  expect(world.reads).toBe(2);
  expect(world.metrics).toEqual([]);
});
