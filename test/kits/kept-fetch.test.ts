import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { keptFetch } from '../../lambdas/kits/kept-fetch.ts';
import type { KitFetch } from '../../lambdas/ports.ts';
import { openTlsInFront } from './tls-in-front.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server on loopback, and the connections that it was given. */
const serve = (listener: RequestListener) => listening(createServer(listener));
const listening = async (server: Server) => {
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
};

const hangingUp = async (): Promise<string> => (await serve(({ socket }) => void socket.destroy())).origin;
/** Where a server was a moment ago. */
const nobody = async (): Promise<string> => {
  const { origin } = await serve(() => undefined);
  for (const close of closing.splice(0)) await close();
  return origin;
};
const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part;
  return text;
};
const asking = (method = 'GET', more: Partial<Parameters<KitFetch>[1]> = {}) =>
  ({ method, headers: {}, redirect: 'manual', signal: AbortSignal.timeout(5_000), ...more }) as const;
const echo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await bodyOf(request);
  const { method, url, headers } = request;
  const { 'x-kit': kit, 'content-type': type, 'content-length': length } = headers;
  response.setHeader('x-many', ['one', 'two']).end(JSON.stringify({ method, url, kit, type, length, body }));
};

describe.each([
  ['over kept connections', keptFetch()],
  ['by fetch, for which it stands', globalThis.fetch as KitFetch],
])('a kit that is asked %s', (_, fetch) => {
  const told = async (url: string, init: Parameters<KitFetch>[1]) => {
    const { status, ok, headers, text } = await fetch(url, init).then((answer) => ({
      ...{ status: answer.status, ok: answer.ok, headers: answer.headers, text: answer.text() },
    }));
    return { status, ok, many: headers.get('X-Many'), none: headers.get('x-none'), text: await text };
  };

  test.each(['POST', 'PUT', 'PATCH'])('gets the body of a %s with its length', async (method) => {
    const { origin } = await serve(echo);
    const headers = { 'x-kit': 'edge', 'content-type': 'application/json' };
    expect(await told(`${origin}/a?b=%20c`, asking(method, { headers, body: '{"grüße":1}' }))).toEqual({
      ...{ status: 200, ok: true, many: 'one, two', none: null },
      text: JSON.stringify({
        ...{ method, url: '/a?b=%20c', kit: 'edge', type: 'application/json', length: '13', body: '{"grüße":1}' },
      }),
    });
  });

  test('gets no body and no length of none with a GET', async () => {
    const { origin } = await serve(echo);
    const { text } = await told(`${origin}/a`, asking());
    expect(JSON.parse(text)).toEqual({ method: 'GET', url: '/a', body: '' });
  });

  test.each([204, 302, 404, 503])('answers %i, which is not followed', async (status) => {
    const { origin } = await serve((_, response) => response.writeHead(status, { location: '/elsewhere' }).end());
    expect(await told(origin, asking())).toMatchObject({ status, ok: status === 204, text: '' });
  });

  test('answers in parts, with a mark of its order of bytes before, and what is no UTF-8', async () => {
    const { origin } = await serve((_, response) => {
      response.write(Buffer.from('\ufeffGr\u00fc', 'utf8').subarray(0, 6)); // in the middle of a character
      setImmediate(() => response.end(Buffer.from([0xbc, 0xff, 0x21])));
    });
    expect((await told(origin, asking())).text).toBe('Gr\u00fc\ufffd!');
  });

  test.each([
    ['nobody listens', /^ECONNREFUSED$/, nobody],
    ['it hangs up', /^(ECONNRESET|UND_ERR_SOCKET)$/, hangingUp],
  ])('fails when %s, and says why in its cause alone', async (__, code, urlOf) => {
    const error: unknown = await fetch(await urlOf(), asking('POST', { body: 'a secret' })).catch((one) => one);
    expect(error).toMatchObject({ cause: { code: expect.stringMatching(code) } });
    expect(String(error)).not.toContain('secret');
  });

  test('fails when the answer breaks off', async () => {
    const { origin } = await serve(({ socket }, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half', () => socket.destroy());
    });
    const answer = await fetch(origin, asking());
    await expect(answer.text()).rejects.toThrow();
  });

  test('is not waited for when the signal aborts, before its answer or in it', async () => {
    const { origin } = await serve(({ url }, response) => {
      if (url === '/half') response.writeHead(200, { 'content-length': '10' }).write('half');
    });
    const before = new AbortController();
    const asked = fetch(`${origin}/none`, asking('GET', { signal: before.signal }));
    before.abort();
    await expect(asked).rejects.toThrow();
    const during = new AbortController();
    const answer = await fetch(`${origin}/half`, asking('GET', { signal: during.signal }));
    const text = answer.text();
    during.abort();
    await expect(text).rejects.toThrow();
    await expect(fetch(origin, asking('GET', { signal: AbortSignal.abort() }))).rejects.toThrow();
  });

  test('may send for ever when nobody wants the body', async () => {
    const { origin, sockets } = await serve((_, response) => void response.writeHead(200).write('more and'));
    const { status, body } = await fetch(origin, asking());
    const ended = sockets[0] && once(sockets[0], 'close');
    await body?.cancel();
    await ended;
    expect(status).toBe(200);
  });
});

describe('an answer', () => {
  test('is read once, and not when it was cancelled or nobody waits for it any more', async () => {
    const { origin } = await serve(echo);
    const fetch = keptFetch();
    const read = await fetch(origin, asking());
    expect(await read.text()).not.toBe('');
    await expect(read.text()).rejects.toThrow('The request failed.');
    const cancelled = await fetch(origin, asking());
    await cancelled.body?.cancel();
    await expect(cancelled.text()).rejects.toThrow('The request failed.');
    for (const turns of [0, 1, 5]) {
      const aborted = new AbortController();
      const answer = await fetch(origin, asking('GET', { signal: aborted.signal }));
      aborted.abort();
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      await expect(answer.text()).rejects.toThrow('The request failed.');
    }
  });

  test('that goes over to another protocol is none, and is not waited for', async () => {
    const server = createServer();
    server.on('connection', (socket) =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      ),
    );
    const { origin } = await listening(server);
    await expect(keptFetch()(origin, asking())).rejects.toThrow('The request failed.');
  });

  test.each(['GET', 'PUT'])(
    'of a %s that breaks off on a kept connection is not asked for a second time',
    async (method) => {
      const asked: (string | undefined)[] = [];
      const { origin } = await serve((request, response) => {
        asked.push(request.method);
        if (asked.length === 1) return void response.end('fine');
        response.writeHead(200, { 'content-length': '10' }).write('half', () => request.socket.resetAndDestroy());
      });
      const fetch = keptFetch();
      await (await fetch(origin, asking())).text();
      const broken = fetch(origin, asking(method)).then((answer) => answer.text());
      await expect(broken).rejects.toThrow('The request failed.');
      expect(asked).toEqual(['GET', method]);
    },
  );
});

describe('a request', () => {
  const headersSent = async (headers: Record<string, string>): Promise<IncomingHttpHeaders> => {
    let sent: IncomingHttpHeaders = {};
    const { origin } = await serve((request, response) => {
      sent = request.headers;
      response.end();
    });
    await (await keptFetch()(origin, asking('GET', { headers }))).text();
    return sent;
  };

  test('says who asks, and that it reads any type and no coding, unless its kind says otherwise', async () => {
    const usual = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'gateway-credential-rotation' };
    expect(await headersSent({ 'x-kit': 'edge' })).toMatchObject({ ...usual, 'x-kit': 'edge' });
    expect(await headersSent({ accept: 'application/json' })).toMatchObject({ ...usual, accept: 'application/json' });
  });

  test.each([
    ['for whose certificate an authority is given, and which has none', 'http://', { ca: ['an authority'] }],
    ['for whose certificate no authority is given', 'http://', { ca: [] }],
    ['whose URL names a user', 'http://user@', {}],
    ['whose URL holds a password', 'http://:password@', {}],
    ['of another protocol', 'ftp://', {}],
    ['without a protocol', '', {}],
  ])('to a kit %s is not made', async (_, before, more) => {
    const { origin, sockets } = await serve(echo);
    const url = origin.replace('http://', before);
    const error: unknown = await keptFetch()(url, asking('GET', more)).catch((one) => one);
    expect(error).toMatchObject({ message: 'The request failed.', cause: expect.any(Error) });
    expect(sockets).toEqual([]);
  });

  test('with a value that no header may have fails without repeating it', async () => {
    const { origin } = await serve(echo);
    const headers = { authorization: 'Bearer a-secret\nx-more: 1' };
    const error: unknown = await keptFetch()(origin, asking('GET', { headers })).catch((one) => one);
    expect(error).toMatchObject({ cause: { code: 'ERR_INVALID_CHAR' } });
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('a-secret');
  });

  test('goes through the proxy that Node was told, and else through none', async () => {
    const asked: (string | undefined)[] = [];
    const { origin } = await serve(({ url }, response) => {
      asked.push(url);
      response.end('through the proxy');
    });
    const program = `
      import { keptFetch } from ${JSON.stringify(join(import.meta.dirname, '..', '..', 'lambdas', 'kits', 'kept-fetch.ts'))};
      const asked = { method: 'GET', headers: {}, redirect: 'manual', signal: AbortSignal.timeout(5000) };
      console.log(await keptFetch()('http://kit.test/a', asked).then((answer) => answer.text(), () => 'none'));`;
    const printedWith = async (environment: Record<string, string>): Promise<string> => {
      const env = { ...process.env, HTTP_PROXY: origin, ...environment };
      return (
        await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env })
      ).stdout.trim();
    };
    expect(await printedWith({ NODE_USE_ENV_PROXY: '1' })).toBe('through the proxy');
    expect(asked).toEqual(['http://kit.test/a']);
    expect(await printedWith({ NODE_USE_ENV_PROXY: '1', NO_PROXY: 'kit.test' })).toBe('none');
    expect(await printedWith({ NODE_USE_ENV_PROXY: '0' })).toBe('none');
    expect(asked).toHaveLength(1);
  });
});

describe('connections', () => {
  test('are kept from one request to the next', async () => {
    const { origin, sockets } = await serve(echo);
    const fetch = keptFetch();
    for (const method of ['GET', 'POST', 'GET']) await (await fetch(origin, asking(method, {}))).text();
    expect(sockets).toHaveLength(1);
  });

  test.each([
    ['GET', 2],
    ['PUT', 1],
    ['POST', 1],
    ['PATCH', 1],
  ])('that are lost as a %s is sent over a kept one ask %i times', async (method, times) => {
    const asked: (string | undefined)[] = [];
    const { origin } = await serve((request, response) => {
      asked.push(request.method);
      if (asked.length === 2) request.socket.destroy();
      else response.end('fine');
    });
    const fetch = keptFetch();
    await (await fetch(origin, asking())).text();
    const again = fetch(origin, asking(method)).then((answer) => answer.text());
    expect(await again.catch(() => 'lost')).toBe(times === 2 ? 'fine' : 'lost');
    expect(asked.slice(1)).toEqual(Array.from({ length: times }, () => method));
  });

  test('that a kit cuts off each time are not tried for ever', async () => {
    let asked = 0;
    const { origin } = await serve((request) => {
      asked += 1;
      request.socket.destroy();
    });
    await expect(keptFetch()(origin, asking())).rejects.toThrow('The request failed.');
    expect(asked).toBe(1);
  });

  test('are made to a server of the given authority alone, kept ones too', async () => {
    const { origin } = await serve(echo);
    const tls = await openTlsInFront(origin);
    closing.push(() => tls.close());
    const fetch = keptFetch();
    const by = (ca: readonly string[] | undefined) =>
      fetch(tls.url, asking('GET', ca ? { ca } : {})).then(
        ({ status }) => status,
        (error: Error) => error.cause,
      );
    expect(await by([tls.ca])).toBe(200);
    expect(await by([tls.otherCa])).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(await by(undefined)).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(await by([tls.ca])).toBe(200);
  });
});
