import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { handler } from '../../lambdas/sideband.ts';
import { event } from './fixtures.ts';
import { backend, fromAdapter, fromKong, withoutBody } from './kit-requests.ts';

const context = { functionName: 'sideband', awsRequestId: 'none' } as Context;
const lines: string[] = [];
const sideband = handler.in({
  environment: {},
  log: (...line) => lines.push(JSON.stringify(line)),
  now: () => 1_000_000,
});
const accepted = { gatewayId: 'orders', kitId: 'kong-eu', credentialId: 'OLDold0001', decision: 'allow-all' };

const proxied = (
  leg: 'request' | 'response',
  body: string | null,
  authorizer: object = accepted,
): APIGatewayProxyEvent => {
  const { requestContext, type: _, methodArn: __, ...rest } = event({});
  const resource = `/gateways/{gatewayId}/kits/{kitId}/sideband/${leg}`;
  return {
    ...rest,
    resource,
    requestContext: { ...requestContext, authorizer: { ...authorizer } },
    body,
    isBase64Encoded: false,
  } as APIGatewayProxyEvent;
};
const ask = async (leg: 'request' | 'response', sent: unknown) => {
  const { statusCode, headers, body } = await sideband(proxied(leg, JSON.stringify(sent)), context);
  expect(headers?.['content-type']).toBe('application/json');
  return { status: statusCode, answer: JSON.parse(body) };
};

describe('the request leg', () => {
  test.each([
    ["Kong's, with the port as text and an empty body", fromKong],
    ["Ping's adapter's, with the port as a number", fromAdapter],
    ["PingGateway's, without a body", withoutBody],
    ["Kong's behind a balancer that names the client without its port", { ...fromKong, source_port: '' }],
  ])('allows %s by the same request: no response, no state, headers as an array', async (_, sent) => {
    expect(await ask('request', sent)).toStrictEqual({ status: 200, answer: sent });
  });

  test('tolerates what it does not know and does not echo it, nor a null', async () => {
    const more = {
      ...withoutBody,
      body: null,
      state: 'x',
      response: null,
      access_token: { sub: 'me' },
      client_certificate: { x5c: [] },
      extra: 1,
    };
    expect(await ask('request', more)).toStrictEqual({ status: 200, answer: withoutBody });
  });

  test('answers an empty list of headers, which Lua writes as {}, as an array', async () => {
    expect((await ask('request', { ...fromKong, headers: {} })).answer.headers).toEqual([]);
  });

  test.each([
    ['method', { ...fromKong, method: undefined }],
    ['url', { ...fromKong, url: '' }],
    ['http_version', { ...fromKong, http_version: 1.1 }],
    ['source_ip', { ...fromKong, source_ip: undefined }],
    ['source_port', { ...fromKong, source_port: '65536' }],
    ['source_port', { ...fromKong, source_port: 0 }],
    ['headers', { ...fromKong, headers: undefined }],
    ['headers', { ...fromKong, headers: { accept: '*/*' } }],
    ['headers', { ...fromKong, headers: ['accept'] }],
    ['body', { ...fromKong, body: { n: 1 } }],
  ])('refuses a wrong %s by name', async (field, sent) => {
    expect(await ask('request', sent)).toEqual({
      status: 400,
      answer: {
        id: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
        code: 'INVALID_DATA',
        message: `These fields are missing or not as the sideband API defines them: ${field}.`,
      },
    });
  });

  test.each([['{'], ['[]'], ['"text"'], ['null'], [null]])('refuses the body %s', async (body) => {
    const { statusCode, body: answer } = await sideband(proxied('request', body), context);
    expect([statusCode, JSON.parse(answer).code]).toEqual([400, 'INVALID_DATA']);
  });

  test('reads a body that API Gateway has encoded', async () => {
    const body = Buffer.from(JSON.stringify({ ...fromKong, body: 'Grüße' })).toString('base64');
    const answer = await sideband({ ...proxied('request', body), isBase64Encoded: true }, context);
    expect(JSON.parse(answer.body).body).toBe('Grüße');
  });
});

describe('the response leg', () => {
  const answer = {
    http_version: '1.1',
    response_code: '201',
    response_status: '',
    headers: backend.headers,
    body: 'created',
  };
  test.each([
    ['state', { ...backend, state: 'H4sIopaque' }],
    ['state as an object', { ...backend, state: { a: 1 } }],
    ['the request', { ...backend, request: fromKong }],
    ['neither', backend],
    ['its code as a number', { ...backend, response_code: 201 }],
  ])('gives the response back unchanged, its code as text: with %s', async (_, sent) => {
    expect(await ask('response', sent)).toStrictEqual({ status: 200, answer });
  });

  test.each([
    ['response_code', { ...backend, response_code: undefined }],
    ['response_code', { ...backend, response_code: 99 }],
    ['response_code', { ...backend, response_code: 'OK' }],
    ['headers', { ...backend, headers: null }],
  ])('refuses a wrong %s', async (field, sent) => {
    const { status, answer: refusal } = await ask('response', sent);
    expect([status, refusal.code]).toEqual([400, 'INVALID_DATA']);
    expect(refusal.message).toContain(`: ${field}.`);
  });
});

test.each([
  ['of a gateway without a stated decision', { gatewayId: 'orders', credentialId: 'OLDold0001' }],
  ['of a gateway with a decision of another kind', { ...accepted, decision: 'deny-all' }],
  ['that no authorizer has seen', {}],
])('refuses a request %s', async (_, authorizer) => {
  const { statusCode, body } = await sideband(proxied('request', JSON.stringify(fromKong), authorizer), context);
  expect([statusCode, JSON.parse(body).code]).toEqual([403, 'ACCESS_FAILED']);
});

test('no header and no body of a request gets into the log', () => {
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.join('\n')).not.toMatch(/created|api\.example\.com|x-twice/);
});
