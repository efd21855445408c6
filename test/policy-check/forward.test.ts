import { describe, expect, test } from 'vitest';
import { id, nonce, oldToken, probing } from './fixtures.ts';
import {
  firstValue,
  openForwarding,
  openUpstream,
  payments,
  secondValue,
  secretText,
  valuesOf,
} from './forward-world.ts';

const openBoth = async (options: { limitMs?: number } = {}) => {
  const upstream = await openUpstream();
  return { upstream, ...(await openForwarding(upstream.url, options)) };
};
const last = <One>(list: readonly One[]): One => list.at(-1) ?? expect.fail('nothing was asked');
const errorIn = (text: string): { id: string; code: string; message: string } => JSON.parse(text);

describe('what a kit sends reaches PingOne as it is', () => {
  test.each([
    ['numbers as they were written', Buffer.from('{"a":1e400,"b":0.10,"c":12345678901234567890,"d":-0}')],
    ['names that come twice, spaces and order', Buffer.from('{ "b":1,\n\t"a":2, "b":3 }')],
    ['half a surrogate, escapes and UTF-8', Buffer.from('{"body":"\\ud800\\/\\u00e9 Grüße 🙂"}')],
    ['bytes that are no UTF-8', Buffer.from('{"body":"\x89PNG\xff"}', 'latin1')],
    ['the parsed token', Buffer.from('{"access_token":{"active":true,"sub":"me"}}')],
    ['what is no JSON', Buffer.from('{"half":')],
    ['nothing at all', Buffer.from('')],
  ])('%s', async (_, body) => {
    const { upstream, ask } = await openBoth();
    for (const leg of ['request', 'response']) {
      expect((await ask(body, { leg })).status).toBe(200);
      expect(last(upstream.asked).url).toBe(`/v1/environments/e/sideband/${leg}`);
      expect(last(upstream.asked).body.equals(body)).toBe(true);
      expect(valuesOf(last(upstream.asked), 'content-length')).toEqual([`${body.length}`]);
    }
  });

  test('its headers, repeated ones in their order, and its query', async () => {
    const { upstream, ask } = await openBoth();
    await ask(Buffer.from('{}'), {
      headers: { 'User-Agent': 'Kong/1.2.0', 'X-Twice': ['a', 'b'], 'x-latin': 'caf\xe9', 'Content-Type': 'a/b; c=d' },
      query: '?a=1&a=%26%20%C3%BC&b=',
    });
    const asked = last(upstream.asked);
    expect(asked.url).toBe('/v1/environments/e/sideband/request?a=1&a=%26%20%C3%BC&b=');
    expect(valuesOf(asked, 'user-agent')).toEqual(['Kong/1.2.0']);
    expect(valuesOf(asked, 'x-twice')).toEqual(['a', 'b']);
    expect(valuesOf(asked, 'x-latin')).toEqual(['caf\xe9']);
    expect(valuesOf(asked, 'content-type')).toEqual(['a/b; c=d']);
  });

  test('but not its credential, nor what is about its connection to us', async () => {
    const { upstream, ask } = await openBoth();
    await ask('{}', {
      headers: {
        Connection: 'keep-alive, X-Hop',
        'X-Hop': 'gone',
        TE: 'trailers',
        'Keep-Alive': 'timeout=5',
        'Accept-Encoding': 'gzip',
        'X-Forwarded-For': '203.0.113.9',
        'x-gateway-credential-probe': 'whatever',
      },
    });
    const asked = last(upstream.asked);
    expect(valuesOf(asked, 'client-token')).toEqual([firstValue]);
    expect(JSON.stringify(asked.rawHeaders)).not.toContain(oldToken);
    for (const name of ['x-hop', 'te', 'keep-alive', 'x-forwarded-for', 'x-gateway-credential-probe'])
      expect(valuesOf(asked, name)).toEqual([]);
    expect(valuesOf(asked, 'accept-encoding')).toEqual(['identity']);
    expect(valuesOf(asked, 'host')).toEqual([new URL(upstream.url).host]);
  });
});

describe('what PingOne answers reaches the kit as it is', () => {
  test.each([
    ['numbers as they were written', Buffer.from('{"state":{"n":1e400,"m":0.10}, "headers":[ ]}')],
    ['half a surrogate and UTF-8', Buffer.from('{"body":"\\udfff Grüße"}')],
    ['bytes that are no UTF-8', Buffer.from('{"body":"\xff\xfe"}', 'latin1')],
    ['a response that is null, which is for PingOne to say', Buffer.from('{"response":null}')],
  ])('%s', async (_, body) => {
    const { upstream, ask } = await openBoth();
    upstream.answer = (_asked, response) => response.end(body);
    const { status, bytes } = await ask();
    expect([status, bytes.equals(body)]).toEqual([200, true]);
  });

  test('with its headers, repeated ones too, but for those of the connection', async () => {
    const { upstream, ask } = await openBoth();
    upstream.answer = (_asked, response) =>
      response
        .writeHead(200, [
          ...[
            'Content-Type',
            'application/json; charset=utf-8',
            'Correlation-Id',
            'c-1',
            'X-Twice',
            'a',
            'X-Twice',
            'b',
          ],
          ...['Connection', 'X-Hop', 'X-Hop', 'gone', 'Server', 'theirs'],
        ])
        .end('{"a":1}');
    const { headers } = await ask();
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'correlation-id': 'c-1',
      'x-twice': 'a, b',
    });
    expect(headers).not.toHaveProperty('x-hop');
    expect(headers).not.toHaveProperty('server');
  });

  test('its largest, and one that is larger is an outage and no half', async () => {
    const { upstream, ask } = await openBoth({ limitMs: 10_000 });
    const filled = (bytes: number) => Buffer.from(`{"a":"${'\\"'.repeat((bytes - 8) / 2)}"}`);
    upstream.answer = (_asked, response) => response.end(filled(4_500_000));
    expect((await ask()).bytes.equals(filled(4_500_000))).toBe(true);
    upstream.answer = (_asked, response) => response.end(filled(4_500_002));
    expect((await ask()).status).toBe(502);
  });

  test.each([400, 413, 415, 422])('its HTTP %i about the request', async (status) => {
    const { upstream, ask, world } = await openBoth();
    const body = '{"id":"theirs","code":"INVALID_DATA","message":"wrong","details":[ ]}';
    upstream.answer = (_asked, response) => response.writeHead(status).end(body);
    expect(await ask()).toMatchObject({ status, text: body });
    expect(world.metrics).toEqual([]);
    upstream.answer = (_asked, response) => response.writeHead(status).end('<html>');
    const answered = await ask();
    expect(answered.status).toBe(status);
    expect(errorIn(answered.text)).toEqual({
      id: expect.any(String),
      code: status === 413 ? 'REQUEST_TOO_LARGE' : 'INVALID_DATA',
      message: `PingOne answered HTTP ${status} to the request, and not why.`,
    });
  });
});

describe('a 429 has a whole number of seconds, whatever PingOne says', () => {
  test.each([
    ['seconds', { 'retry-after': '7' }, '7'],
    ['0', { 'retry-after': '0' }, '1'],
    ['nothing', {}, '1'],
    ['nonsense', { 'retry-after': 'soon' }, '1'],
    ['a date', { 'retry-after': 'Mon, 02 Nov 2026 08:00:30 GMT', date: 'Mon, 02 Nov 2026 08:00:00 GMT' }, '30'],
    ['a date that is over', { 'retry-after': 'Mon, 02 Nov 2026 07:00:00 GMT' }, '1'],
  ])('%s', async (_, headers, seconds) => {
    const { upstream, ask } = await openBoth();
    for (const body of ['{"id":"i","code":"REQUEST_LIMITED","message":"m"}', '']) {
      upstream.answer = (_asked, response) => response.writeHead(429, headers).end(body);
      const answered = await ask();
      expect([answered.status, answered.headers['retry-after']]).toEqual([429, seconds]);
      expect(errorIn(answered.text)).toMatchObject({ id: expect.any(String), message: expect.any(String) });
      if (body) expect(answered.text).toBe(body);
    }
    expect(upstream.asked).toHaveLength(2);
  });
});

describe('an outage of PingOne is a 5xx that names it, and no wrong credential', () => {
  test.each([
    [502, 'PINGONE_FAILED', 'answered HTTP 503', 503, '{"id":"i","code":"UNEXPECTED_ERROR","message":"marked"}'],
    [502, 'PINGONE_FAILED', 'answered HTTP 404', 404, '{"id":"i","code":"NOT_FOUND","message":"marked"}'],
    [502, 'PINGONE_FAILED', 'answered HTTP 302', 302, ''],
    [502, 'PINGONE_FAILED', 'answered HTTP 204', 204, ''],
    [502, 'PINGONE_FAILED', 'answered with what is no decision', 200, '<html>marked'],
    [502, 'PINGONE_FAILED', 'answered with what is no decision', 200, '{}'],
    [502, 'PINGONE_FAILED', 'answered with what is no decision', 200, '["marked"]'],
    [502, 'PINGONE_FAILED', 'answered with what is no decision', 200, ''],
  ])('%i %s: it %s', async (status, code, what, theirs, body) => {
    const { upstream, ask, world } = await openBoth();
    upstream.answer = (_asked, response) => response.writeHead(theirs, { location: 'http://127.0.0.1:1/' }).end(body);
    const answered = await ask();
    expect(answered.status).toBe(status);
    expect(errorIn(answered.text)).toEqual({
      id: expect.any(String),
      code: 'UNEXPECTED_ERROR',
      message: `PingOne ${what}, so there is no decision. The gateway credential is good.`,
    });
    expect(JSON.parse(last(world.lines))).toMatchObject({ level: 'WARN', code, gatewayId: 'orders', kitId: 'kong-eu' });
    expect(world.metrics).toEqual(['ForwardFailed orders']);
    expect(world.lines.join('\n')).not.toMatch(/marked|NotASecret/);
  });

  test.each([
    ['nobody is there', 'http://127.0.0.1:1/v1/environments/e', 'ECONNREFUSED'],
    ['its URL is none', 'undefined', 'ERR_INVALID_URL'],
  ])('%s', async (_, serviceUrl, reason) => {
    const { ask, world } = await openForwarding(serviceUrl);
    const answered = await ask();
    expect([answered.status, errorIn(answered.text).message]).toEqual([
      502,
      'PingOne cannot be reached, so there is no decision. The gateway credential is good.',
    ]);
    expect(JSON.parse(last(world.lines))).toMatchObject({ code: 'PINGONE_UNREACHABLE', reason });
  });

  test('the connection is cut before, or in the middle of, its answer', async () => {
    const { upstream, ask } = await openBoth();
    upstream.answer = (_asked, response) => void response.destroy();
    expect((await ask()).status).toBe(502);
    upstream.answer = (_asked, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"half"');
      setImmediate(() => response.destroy());
    };
    expect((await ask()).status).toBe(502);
  });

  test('it does not answer in time, or not to the end', async () => {
    const { upstream, ask, world } = await openBoth({ limitMs: 30 });
    for (const answer of [
      () => undefined,
      (_asked: unknown, response: { write(text: string): unknown }) => void response.write('{"half"'),
    ]) {
      upstream.answer = answer;
      const answered = await ask();
      expect([answered.status, errorIn(answered.text).message]).toEqual([
        504,
        'PingOne did not answer within 0.03 s, so there is no decision. The gateway credential is good.',
      ]);
    }
    expect(world.metrics).toEqual(['ForwardFailed orders', 'ForwardFailed orders']);
  });
});

describe("PingOne's word about our credential", () => {
  test.each([401, 403])(
    'HTTP %i: the other one in the secret is tried, and the kit sees nothing of it',
    async (status) => {
      const { upstream, ask, world } = await openBoth();
      await ask();
      upstream.answer = (asked, response) =>
        valuesOf(asked, 'client-token')[0] === secondValue
          ? response.end('{"a":1}')
          : response.writeHead(status).end('{}');
      world.readSecret = async () => secretText(secondValue);
      world.nowMs += 5_000;
      expect(await ask()).toMatchObject({ status: 200, text: '{"a":1}' });
      expect(await ask()).toMatchObject({ status: 200 });
      expect([world.reads, upstream.asked.length]).toEqual([2, 4]);
      expect(world.metrics).toEqual([]);
    },
  );

  test.each([401, 403])('HTTP %i for what is in the secret: 503 that names it, asked once', async (status) => {
    const { upstream, ask, world } = await openBoth();
    upstream.answer = (_asked, response) =>
      response.writeHead(status).end('{"id":"i","code":"INVALID_TOKEN","message":"marked"}');
    const answered = await ask();
    expect([answered.status, errorIn(answered.text)]).toEqual([
      503,
      {
        id: expect.any(String),
        code: 'UNEXPECTED_ERROR',
        message:
          'PingOne refuses the credential that the policy check presents for gateway payments. The gateway credential of the kit is good: look at gateway payments.',
      },
    ]);
    expect(upstream.asked).toHaveLength(1);
    expect(world.metrics).toEqual(['ForwardRefused orders']);
    expect(JSON.parse(last(world.lines))).toMatchObject({ code: 'PINGONE_REFUSES_US', to: 'payments', status });
    expect(world.lines.join('\n')).not.toMatch(/marked|NotASecret/);
  });

  test('a dead one does not make the secret be read at every request', async () => {
    const { upstream, ask, world } = await openBoth();
    upstream.answer = (_asked, response) => response.writeHead(401).end('{}');
    for (let count = 0; count < 20; count++) await ask();
    expect(world.reads).toBe(1);
    world.nowMs += 1_000;
    await ask();
    expect(world.reads).toBe(2);
  });

  test.each([
    ['cannot be read', () => Promise.reject(new Error('Secrets Manager answered AccessDeniedException'))],
    ['is the placeholder', async () => '{"state":"bootstrap"}'],
    ['is a credential of another kind', async () => secretText(oldToken)],
    ['could break a header', async () => secretText('a.b.c\r\nx: y')],
  ])('one that %s: 503 without asking PingOne', async (_, readSecret) => {
    const { upstream, ask, world } = await openBoth();
    world.readSecret = readSecret;
    const answered = await ask();
    expect([answered.status, errorIn(answered.text).message]).toEqual([
      503,
      'The credential that the policy check presents to PingOne for gateway payments cannot be read. The gateway credential of the kit is good.',
    ]);
    expect(upstream.asked).toEqual([]);
    expect(JSON.parse(last(world.lines))).toMatchObject({ code: 'PINGONE_CREDENTIAL_UNREADABLE', to: payments });
    expect(world.lines.join('\n')).not.toMatch(/NotASecret|gwc_/);
  });
});

describe('connections', () => {
  test('are kept from one request to the next', async () => {
    const { upstream, ask } = await openBoth();
    for (let count = 0; count < 5; count++) await ask();
    expect([upstream.connections, upstream.asked.length]).toEqual([1, 5]);
  });

  const openStale = async () => {
    const opened = await openBoth();
    await opened.ask();
    let isFirst = true;
    const { upstream } = opened;
    upstream.answer = (_asked, response) => {
      if (isFirst)
        response.socket?.destroy(); // as if it had been closed while it was idle
      else response.end('{"a":1}');
      isFirst = false;
    };
    return opened;
  };

  test('that PingOne has closed meanwhile fail no request', async () => {
    const { ask, upstream } = await openStale();
    expect((await ask()).status).toBe(200);
    expect(upstream.asked).toHaveLength(3);
  });

  test('a request that brings its access_token is never sent twice: PingOne may have called the backend', async () => {
    const { ask, upstream } = await openStale();
    expect((await ask('{"acces\\u0073_token":{"sub":"me"}}')).status).toBe(502);
    expect(upstream.asked).toHaveLength(2);
  });
});

test('our own probe is answered by us, and nobody else is asked', async () => {
  const { upstream, ask, world } = await openBoth();
  world.record = { ...probing(id('OLDold0001')), decision: world.record.decision };
  const probe = {
    method: 'GET',
    url: 'https://probe.invalid/',
    http_version: '1.1',
    headers: [],
    source_ip: '127.0.0.1',
    source_port: 1,
  };
  const answered = await ask(JSON.stringify(probe), { headers: { 'x-gateway-credential-probe': nonce } });
  expect([answered.status, JSON.parse(answered.text)]).toEqual([200, probe]);
  expect(upstream.asked).toEqual([]);
  await ask(JSON.stringify(probe), { headers: { 'x-gateway-credential-probe': 'of somebody else' } });
  expect(upstream.asked).toHaveLength(1);
});

test('a body that is too large goes nowhere', async () => {
  const { upstream, ask } = await openBoth();
  expect((await ask(Buffer.alloc(4_500_001, 'x'))).status).toBe(413);
  expect(upstream.asked).toEqual([]);
});
