import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as askTls } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { authorizer } from '../../lambdas/policy-check/authorizer.ts';
import { handler as sideband } from '../../lambdas/sideband.ts';
import { evaluate } from '../../lib/emulator/api-gateway/authorizer-policy.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { newToken, oldLive, oldToken, orders } from './fixtures.ts';
import { allow, type Handler, ok, open, openAgent, policy, post, start, template, uri } from './small-api.ts';
import { send, strictKit } from './strict-kit.ts';

test('gives both functions the event of API Gateway, and the client the answer', async () => {
  const events: unknown[] = [];
  const server = await start({
    Authorize: async (event) => {
      events.push(event);
      return policy('Allow', 'arn:aws:execute-api:us-east-1:000000000000:*/v?/POST/*', {
        gatewayId: 'orders',
        count: 3,
        is: true,
      });
    },
    Sideband: async (event) => {
      events.push(event);
      return ok();
    },
  });
  const { status, headers, body } = await send(`${server.url}/gateways/orders/sideband?a=1&a=2`, {
    agent: openAgent(),
    headers: { 'CLIENT-TOKEN': ['one', 'two'], 'User-Agent': 'Kong/1.2.0' },
    body: 'Grüße',
  });
  expect([status, headers['x-made-by'], body]).toEqual([200, 'sideband', '{"fine":true}']);
  const shared = {
    resource: '/gateways/{gatewayId}/sideband',
    path: '/gateways/orders/sideband',
    httpMethod: 'POST',
    headers: { 'CLIENT-TOKEN': 'two', 'User-Agent': 'Kong/1.2.0' },
    multiValueHeaders: { 'CLIENT-TOKEN': ['one', 'two'] },
    queryStringParameters: { a: '2' },
    multiValueQueryStringParameters: { a: ['1', '2'] },
    pathParameters: { gatewayId: 'orders' },
    requestContext: {
      identity: { sourceIp: '127.0.0.1', userAgent: 'Kong/1.2.0' },
      requestId: headers['x-amzn-requestid'],
      requestTime: '23/Nov/2026:04:19:05 +0000',
      path: '/v1/gateways/orders/sideband',
      stage: 'v1',
    },
  };
  expect(events).toMatchObject([
    {
      ...shared,
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:us-east-1:000000000000:local/v1/POST/gateways/orders/sideband',
    },
    {
      ...shared,
      body: 'Grüße',
      isBase64Encoded: false,
      requestContext: { authorizer: { principalId: 'someone', gatewayId: 'orders', count: '3', is: 'true' } },
    },
  ]);
});

test('passes on names that are anything else in JavaScript', async () => {
  const events: APIGatewayRequestAuthorizerEvent[] = [];
  const Authorize = async (event: APIGatewayRequestAuthorizerEvent) => {
    events.push(event);
    return allow(event);
  };
  const server = await start({ Authorize, Sideband: ok });
  const { status } = await send(`${server.url}/gateways/orders/sideband?__proto__=1&__proto__=2&constructor=3`, {
    agent: openAgent(),
    headers: { ['__proto__']: ['a', 'b'], constructor: 'c', toString: 'd' },
  });
  expect(status).toBe(200);
  const [event] = events.map((one) => JSON.stringify(one));
  expect(event).toContain('"headers":{"__proto__":"b","constructor":"c","toString":"d"');
  expect(event).toContain('"multiValueHeaders":{"__proto__":["a","b"],"constructor":["c"],"toString":["d"]');
  expect(event).toContain('"queryStringParameters":{"__proto__":"2","constructor":"3"}');
  expect(event).toContain('"multiValueQueryStringParameters":{"__proto__":["1","2"],"constructor":["3"]}');
});

test('an IPv4 client has the same address whether the server listens on IPv4 or on both', async ({ skip }) => {
  const addresses: string[] = [];
  const Authorize = async (event: APIGatewayRequestAuthorizerEvent) => {
    addresses.push(event.requestContext.identity.sourceIp);
    return allow(event);
  };
  const server = await start({ Authorize, Sideband: ok }, { address: '::' }).catch(() => skip('no IPv6 here'));
  await send(`http://127.0.0.1:${new URL(server.url).port}/gateways/orders/sideband`, { agent: openAgent() });
  expect(addresses).toEqual(['127.0.0.1']);
});

describe('answers as the template says', () => {
  const fail = async () => {
    throw new Error('TemporarilyUnavailable');
  };
  const denials: [string, Handler, number, string][] = [
    [
      'a Deny',
      async (event: APIGatewayRequestAuthorizerEvent) => policy('Deny', event.methodArn),
      401,
      'ACCESS_DENIED',
    ],
    ['an Allow for another method', async () => policy('Allow', 'arn:aws:execute-api:*/GET/*'), 401, 'ACCESS_DENIED'],
    [
      'an Allow and a Deny',
      async () => ({
        ...policy('', ''),
        policyDocument: {
          Statement: [
            { Effect: 'Allow', Action: '*', Resource: '*' },
            { Effect: 'Deny', Action: ['execute-api:*'], Resource: ['*'] },
          ],
        },
      }),
      401,
      'ACCESS_DENIED',
    ],
    ['an authorizer that fails', fail, 500, 'AUTHORIZER_FAILURE'],
    ['an authorizer that says Unauthorized', async () => Promise.reject(new Error('Unauthorized')), 401, 'DEFAULT_4XX'],
    ['no policy', async () => ({ principalId: 'someone' }), 500, 'DEFAULT_5XX'],
    ['null in the context', async () => policy('Allow', '*', { kitId: null }), 500, 'DEFAULT_5XX'],
    ['an object in the context', async () => policy('Allow', '*', { kit: {} }), 500, 'DEFAULT_5XX'],
    ['a list as the context', async () => ({ ...policy('Allow', '*'), context: ['orders'] }), 500, 'DEFAULT_5XX'],
  ];
  test.each(denials)('%s', async (_, Authorize, status, code) => {
    const server = await start({ Authorize, Sideband: () => expect.fail('called') });
    const answered = await post(server);
    expect(answered).toMatchObject({ status, answer: { code, id: answered.headers['x-amzn-requestid'] } });
    expect(answered.headers['content-type']).toBe('application/json');
    if (code === 'ACCESS_DENIED') expect(answered.headers['www-authenticate']).toBe('none');
  });

  const failures: [string, Handler, string][] = [
    ['a function that fails', fail, 'DEFAULT_5XX'],
    ['a function that answers no HTTP answer', async () => ({ status: 200 }), 'DEFAULT_5XX'],
    [
      'a function that answers a list as a header',
      async () => ({ ...(await ok()), headers: { 'x-many': ['a'] } }),
      'DEFAULT_5XX',
    ],
    ['a function that answers a list of headers', async () => ({ ...(await ok()), headers: ['x-one'] }), 'DEFAULT_5XX'],
    ['a function that takes too long', () => new Promise(() => undefined), 'INTEGRATION_TIMEOUT'],
  ];
  test.each(failures)('%s', async (_, Sideband, code) => {
    const server = await start({ Authorize: allow, Sideband });
    expect(await post(server)).toMatchObject({ status: 504, answer: { code } });
  });

  test('an unknown path or method: 404, and no function is asked', async () => {
    const server = await start({});
    const wrong = [
      { path: '/' },
      { path: '/gateways/orders' },
      { path: '/gateways//sideband' },
      { path: '/gateways/orders/sideband/' },
      { path: '/gateways/a%2Fb/c/sideband' },
      { method: 'GET' },
    ];
    for (const one of wrong)
      expect(await post(server, one)).toMatchObject({
        status: 404,
        answer: { code: 'MISSING_AUTHENTICATION_TOKEN', message: 'Missing Authentication Token' },
      });
  });

  test('more than 10 MB: 413, with the body read by the client', async () => {
    const server = await start({});
    const answered = await post(server, { body: Buffer.alloc(10 * 1024 * 1024 + 1, 'x') });
    expect(answered).toMatchObject({ status: 413, answer: { code: 'DEFAULT_4XX' } });
  });

  test('more requests than the stage takes: 429 with Retry-After, until time has passed', async () => {
    let nowMs = 1_000_000;
    const server = await start({ Authorize: allow, Sideband: ok }, { now: () => nowMs });
    const statuses = [];
    for (let request = 0; request < 4; request++) statuses.push((await post(server)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await post(server)).headers['retry-after']).toBe('1');
    nowMs += 1_000;
    expect([(await post(server)).status, (await post(server)).status]).toEqual([200, 429]);
  });

  test('what is no HTTP: 400 in the same form', async () => {
    const server = await start({});
    const text = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write('NOT HTTP\r\n\r\n'));
      let heard = '';
      socket.on('data', (part) => {
        heard += part;
      });
      socket.on('close', () => resolve(heard));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'DEFAULT_4XX', message: 'Bad Request' });
  });
});

test.each([
  ['nine stars', `${'*a'.repeat(9)}*`, 401],
  ['two stars around what is there', '*gate*ide*', 200],
  ['a question mark for one character', '*/gateways/order?/sideband', 200],
  ['a question mark for nothing', '*/gateways/orders?/sideband', 401],
  ['a policy variable', '*/gateways/$'.concat('{*}/sideband'), 401],
])('a resource with %s is compared as IAM does, without a regular expression', async (_, Resource, status) => {
  const server = await start({ Authorize: async () => policy('Allow', Resource), Sideband: ok });
  expect((await post(server)).status).toBe(status);
});

test('nine stars and a long path are compared in no time to speak of', () => {
  const methodArn = `arn:aws:execute-api:us-east-1:0:local/v1/POST/gateways/${'a'.repeat(8_000)}`;
  expect(evaluate(policy('Allow', `${'*a'.repeat(9)}*b`), methodArn).kind).toBe('denied');
});

test('without gateway responses it answers as API Gateway does by itself', async () => {
  const { Denied: _, Default4: __, ...Resources } = template().Resources;
  const server = await start({ Authorize: async () => policy('Deny', '*') }, { template: { Resources } });
  expect(await post(server)).toMatchObject({
    status: 403,
    answer: { message: expect.stringContaining('not authorized') },
  });
});

test.each([
  ['caches results', { AuthorizerResultTtlInSeconds: 300 }],
  ['has an identity source', { IdentitySource: 'method.request.header.CLIENT-TOKEN' }],
])('refuses to play an authorizer that %s', async (_, changed) => {
  const Properties = { Type: 'REQUEST', AuthorizerUri: uri('Authorize'), AuthorizerResultTtlInSeconds: 0, ...changed };
  const changedTemplate = template({ Authorizer: { Type: 'AWS::ApiGateway::Authorizer', Properties } });
  await expect(start({}, { template: changedTemplate })).rejects.toThrow();
});

test('speaks TLS with the given certificate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'policy-check-'));
  open.push({ close: () => rmSync(folder, { recursive: true }) });
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '1',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    ],
    { stdio: 'ignore' },
  );
  const server = await start(
    { Authorize: allow, Sideband: ok },
    { tls: { key: readFileSync(key), cert: readFileSync(cert) } },
  );
  expect(server.url).toMatch(/^https:/);
  const status = await new Promise((resolve, reject) => {
    const request = askTls(
      `${server.url}/gateways/orders/sideband`,
      { method: 'POST', ca: readFileSync(cert), agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    request.on('error', reject).end();
  });
  expect(status).toBe(200);
});

describe('the deployed API, over HTTP', () => {
  const deployed = synthesise({ gateways: join(import.meta.dirname, '..', 'constructs', 'fixtures', 'gateways.json') });
  const functionOf = (source: string): string =>
    Object.entries(deployed.Resources).find(([, { Metadata }]) => Metadata?.source === source)?.[0] ??
    expect.fail(source);
  const startDeployed = async (record: () => Promise<Gateway | undefined>) => {
    const authorize = authorizer(
      {
        readGateway: record,
        recordUse: async () => true,
        recordRefusal: async () => false,
        isRegistered: async () => false,
        nowMs: () => 1_000_000,
        count: () => undefined,
      },
      () => undefined,
      false,
    );
    const decide = sideband.in({ environment: {}, log: () => undefined, now: () => 1_000_000 });
    const context = { functionName: 'sideband', awsRequestId: 'none' } as Context;
    return start(
      {
        [functionOf('lambdas/authorize.ts')]: (event) => authorize(event),
        [functionOf('lambdas/sideband.ts')]: (event) => decide(event, context),
      },
      { template: deployed, now: Date.now },
    );
  };

  test('a strict kit works with the old and the new credential, with and without a kit id, over one connection', async () => {
    const server = await startDeployed(async () => orders);
    const agent = openAgent();
    for (const path of ['/gateways/orders/kits/kong-eu', '/gateways/orders', '/gateways/orders/'])
      for (const token of [oldToken, newToken])
        expect(await strictKit(server.url + path, token, agent).pass()).toEqual({ status: 201, body: 'created' });
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
  });

  test('a denial by the authorizer carries its mark to whoever asks', async () => {
    const server = await startDeployed(async () => orders);
    const answered = await post(server, { path: '/gateways/orders/sideband/request' });
    expect(answered).toMatchObject({ status: 401, answer: { code: 'INVALID_TOKEN', refusedBy: 'policy-check' } });
  });

  test('a kit left on a revoked credential is told so in a form that it can log', async () => {
    let record: Gateway = orders;
    const server = await startDeployed(async () => record);
    const kit = strictKit(`${server.url}/gateways/orders/kits/kong-eu`, oldToken, openAgent());
    expect((await kit.pass()).status).toBe(201);
    record = { ...orders, live: orders.live.filter((one) => one !== oldLive) };
    expect((await kit.pass()).reason).toMatch(/^401: The gateway credential is missing, wrong or revoked\. \(.{36}\)$/);
  });

  test('during an outage a kit sees a 5xx and never a 401', async () => {
    const server = await startDeployed(() => Promise.reject(new Error('down')));
    const kit = strictKit(`${server.url}/gateways/orders/kits/kong-eu`, oldToken, openAgent());
    expect((await kit.pass()).reason).toMatch(/^500: The gateway credential could not be checked/);
  });

  test('a mistake in the Service URL is a 404 in a form that a kit can log', async () => {
    const server = await startDeployed(async () => orders);
    const kit = strictKit(`${server.url}/gateway/orders`, oldToken, openAgent());
    expect((await kit.pass()).reason).toMatch(/^404: There is no such resource; check the Service URL of the kit\./);
  });
});
