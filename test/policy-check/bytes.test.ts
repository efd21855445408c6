import { join } from 'node:path';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { authorizer } from '../../lambdas/policy-check/authorizer.ts';
import { handler } from '../../lambdas/sideband.ts';
import { answeredBody, payloadOf } from '../../lib/emulator/api-gateway/media-types.ts';
import { returned } from '../../lib/emulator/lambda/outcome.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { event, oldToken, orders } from './fixtures.ts';
import { openAgent, start } from './small-api.ts';
import { sendBytes } from './strict-kit.ts';

const decide = handler.in({ environment: {}, log: () => undefined, now: () => 1_000_000 });
const context = { functionName: 'sideband', awsRequestId: 'none' } as Context;
const accepted = { gatewayId: 'orders', credentialId: 'OLDold0001', decision: 'allow-all' };
const { requestContext, type: _, methodArn: __, ...rest } = event({});
const proxied = (body: string, isBase64Encoded: boolean): APIGatewayProxyEvent =>
  ({
    ...rest,
    resource: '/gateways/{gatewayId}/sideband/request',
    requestContext: { ...requestContext, authorizer: accepted },
    body,
    isBase64Encoded,
  }) as APIGatewayProxyEvent;

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
/** As Kong's cjson writes it: bytes from 0x80 on stand in the text as they are. */
const fromKong = (more: { url?: string; header?: string; body?: string } = {}): Buffer => {
  const { url = 'https://api.example.com:443/', header = '*/*', body = '' } = more;
  return latin1(
    `{"source_ip":"127.0.0.1","source_port":"50123","method":"POST","url":"${url}","http_version":"1.1","headers":[{"accept":"${header}"}],"body":"${body}"}`,
  );
};
const field = (answer: Buffer, name: string): string =>
  new RegExp(`"${name}":"((?:[^"\\\\]|\\\\.)*)"`, 's').exec(answer.toString('latin1'))?.[1] ?? expect.fail(name);

const deployed = synthesise({ gateways: join(import.meta.dirname, '..', 'constructs', 'fixtures', 'gateways.json') });
const functionOf = (source: string): string =>
  Object.entries(deployed.Resources).find(([, { Metadata }]) => Metadata?.source === source)?.[0] ??
  expect.fail(source);
const startDeployed = () =>
  start(
    {
      [functionOf('lambdas/authorize.ts')]: authorizer(
        {
          readGateway: async () => orders,
          recordUse: async () => true,
          recordRefusal: async () => false,
          isRegistered: async () => false,
          nowMs: () => 0,
          count: () => undefined,
        },
        () => undefined,
        false,
      ),
      [functionOf('lambdas/sideband.ts')]: async (event) => {
        const outcome = returned(await decide(event, context)); // with Lambda's limit of an answer
        if (!outcome.isOk) throw new Error(outcome.errorType);
        return JSON.parse(outcome.payload);
      },
    },
    { template: deployed, now: Date.now },
  );
const ask = async (body: Buffer, headers: Readonly<Record<string, string>> = {}) => {
  const { url } = await startDeployed();
  return sendBytes(`${url}/gateways/orders/sideband/request`, {
    agent: openAgent(),
    headers: { 'CLIENT-TOKEN': oldToken, 'Content-Type': 'application/json', ...headers },
    body,
  });
};
const everyByte = Array.from({ length: 128 }, (_, index) => String.fromCharCode(0x80 + index)).join('');

describe('what a kit sends comes back byte for byte, through the template that is deployed', () => {
  test.each([
    ['a body of bytes that are no UTF-8', 'body', { body: everyByte }],
    ['the head of a PNG', 'body', { body: '\x89PNG\\r\\n\\u001a\\n\\u0000' }],
    ['a gzip', 'body', { body: '\\u001f\x8b\\b\\u0000\xff' }],
    ['a header value in latin-1', 'accept', { header: 'caf\xe9' }],
    ['a URL in latin-1', 'url', { url: 'https://api.example.com/caf\xe9' }],
    ['half a character at the end', 'body', { body: 'gr\xc3' }],
    ['UTF-8', 'body', { body: Buffer.from('Grüße €🙂').toString('latin1') }],
    ['escapes as they were written', 'body', { body: '\\u00e9\\/\\ud83d\\ude42\\ud800' }],
    ['an escaped byte beside a raw one', 'body', { body: '\\u00e9\xe9' }],
  ] as const)('%s', async (_, name, more) => {
    const sent = fromKong(more);
    for (const accept of [{}, { Accept: '*/*' }, { Accept: 'application/json' }]) {
      const { status, body } = await ask(sent, accept);
      expect(status).toBe(200);
      expect(field(body, name)).toBe(field(sent, name));
    }
  });

  test('whatever its media type, and with none', async () => {
    const sent = fromKong({ body: everyByte });
    for (const type of ['application/json; charset=utf-8', 'text/plain', 'application/octet-stream', ''])
      expect(field((await ask(sent, { 'Content-Type': type })).body, 'body')).toBe(everyByte);
  });
});

test('refuses text in which bytes may have been lost on the way, instead of passing it on changed', async () => {
  const { statusCode, body } = await decide(proxied(fromKong({ body: '\xe9' }).toString(), false), context);
  expect([statusCode, JSON.parse(body)]).toMatchObject([400, { code: 'INVALID_DATA' }]);
});

test.each([
  ['bytes outside of a text', latin1('{"method":\xe9}')],
  ['a byte order mark', latin1('\xef\xbb\xbf{}')],
  ['UTF-16', Buffer.from('{"method":"GET"}', 'utf16le')],
])('refuses %s', async (_, sent) => {
  expect((await ask(sent)).status).toBe(400);
});

describe('the size of a body', () => {
  const filled = (bytes: number, unit: string): Buffer => {
    const room = bytes - fromKong().length;
    return fromKong({ body: unit.repeat(Math.floor(room / unit.length)) + 'x'.repeat(room % unit.length) });
  };
  const megabytes = 1_000_000;

  test.each([
    ['2.7 MB of quotes', 2.7, '\\"'],
    ['4.5 MB of quotes', 4.5, '\\"'],
    ['4.5 MB of backslashes', 4.5, '\\\\'],
    ['4.5 MB of control characters', 4.5, '\\u0001'],
    ['4.5 MB of text', 4.5, 'x'],
    ['4.5 MB of bytes', 4.5, '\xe9'],
    ['4.5 MB of umlauts', 4.5, '\xc3\xbc'],
  ])('%s are passed on unchanged', async (_, size, unit) => {
    const sent = filled(size * megabytes, unit);
    expect(sent).toHaveLength(size * megabytes);
    const { status, body } = await ask(sent);
    expect(status).toBe(200);
    expect(body.equals(sent)).toBe(true);
  });

  test.each([
    ['one byte more than 4.5 MB', 4_500_001],
    ['more than an event of Lambda holds', 4_800_000],
    ['6.5 MB', 6_500_000],
    ['10 MB', 10 * 1024 * 1024],
    ['more than API Gateway takes', 10 * 1024 * 1024 + 1],
  ])('%s: 413 with the number that counts', async (_, bytes) => {
    for (const unit of ['x', '\\"', '\xe9']) {
      const { status, body } = await ask(filled(bytes, unit));
      expect(status).toBe(413);
      expect(JSON.parse(body.toString())).toMatchObject({
        id: expect.any(String),
        code: 'REQUEST_TOO_LARGE',
        message: 'The body is larger than 4.5 MB (4500000 bytes), the most that can be decided about.',
      });
    }
  });
});

describe('the emulated API Gateway converts as AWS was seen to', () => {
  const listed = ['image/png', 'application/*'];
  const png = { body: 'iVBORw==', isBase64Encoded: true };
  test.each([
    ['image/png', listed, 'binary'],
    ['image/png;q=0.5, */*', listed, 'binary'],
    ['application/whatever', listed, 'binary'],
    ['application/*', listed, 'binary'],
    ['image/jpg', listed, 'base64'],
    ['image/*', listed, 'base64'],
    ['*/*', listed, 'base64'],
    ['image/webp, image/png', listed, 'base64'],
    ['application', listed, 'base64'],
    [undefined, listed, 'base64'],
    ['image/png', [], 'base64'],
    ['text/html, */*', ['*/*'], 'binary'],
    [undefined, ['*/*'], 'binary'],
  ])('an answer in base64 for "Accept: %s" and the list %s: %s', (accept, types, form) => {
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
    expect(answeredBody(png, accept, types)).toEqual(form === 'binary' ? bytes : 'iVBORw==');
    expect(answeredBody({ ...png, isBase64Encoded: false }, accept, types)).toBe('iVBORw==');
  });

  test('what is no base64 is no answer', () => {
    expect(answeredBody({ body: 'èé+à)(', isBase64Encoded: true }, 'image/png', listed)).toBeUndefined();
  });

  test.each([
    ['image/png', true],
    ['application/json; charset=utf-8', true],
    ['text/plain', false],
  ])('a request of type %s comes in base64: %s', (type, isBase64Encoded) => {
    const body = isBase64Encoded ? '6Q==' : '\ufffd';
    expect(payloadOf(Buffer.from([0xe9]), type, listed)).toEqual({ body, isBase64Encoded });
  });
});
