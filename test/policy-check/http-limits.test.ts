import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { PolicyCheckServer } from '../../lib/emulator/api-gateway/api-gateway.ts';
import { placesFor } from '../../lib/emulator/api-gateway/places.ts';
import { allow, ok, policy, post, start } from './small-api.ts';

/** Everything that the server says on a connection on which `text` was sent, until it closes it. */
const heardAfter = (server: PolicyCheckServer, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1', allowHalfOpen: true }, () =>
      socket.write(text),
    );
    let heard = '';
    socket.on('data', (part) => {
      heard += part;
    });
    socket.on('error', reject);
    socket.on('end', () => {
      resolve(heard);
      socket.destroy();
    });
  });
const statusAndBody = (heard: string) => ({
  status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(heard)?.[1]),
  answer: JSON.parse(heard.slice(heard.indexOf('\r\n\r\n'))),
});
const denying = async () => policy('Deny', '*');
const leg = '/gateways/orders/sideband';
const posting = (more: string) => `POST ${leg} HTTP/1.1\r\nHost: here\r\n${more}`;

describe('what costs least is asked first', () => {
  test.each(['*', 'or%3Fders', '$'.concat('{x}'), '%2A', 'Orders', 'a b'.replace(' ', '%20'), '..'])(
    'the id %s is no resource: 404, and no function is asked',
    async (odd) => {
      const heard = await heardAfter(
        await start({}),
        `POST /gateways/${odd}/sideband HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n`,
      );
      expect(statusAndBody(heard)).toMatchObject({ status: 404, answer: { code: 'MISSING_AUTHENTICATION_TOKEN' } });
    },
  );

  test('a refused credential is answered although its body never comes', async () => {
    const server = await start({ Authorize: denying });
    const heard = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
        socket.write(posting('Content-Length: 1000\r\n\r\n{')),
      );
      socket.once('data', (part) => {
        resolve(part.toString());
        socket.destroy();
      });
    });
    expect(heard).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('a client that is gone when his answer is ready takes nothing from the next one', async () => {
    const closed: Promise<unknown>[] = [];
    const Sideband = async () => {
      if (closed.length === 0) {
        closed.push(once(socket, 'close'));
        socket.destroy();
      }
      return ok();
    };
    const server = await start({ Authorize: allow, Sideband });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () =>
      socket.write(posting('Content-Length: 2\r\n\r\n{}')),
    );
    await expect.poll(() => closed.length).toBe(1);
    await closed[0];
    expect(await post(server)).toMatchObject({ status: 200, answer: { fine: true } });
  });

  test('a body is asked for only behind a good credential', async () => {
    const asking = posting('Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n');
    expect(await heardAfter(await start({ Authorize: denying }), asking)).toMatch(/^HTTP\/1\.1 401 /);
    expect(await heardAfter(await start({ Authorize: allow, Sideband: ok }), `${asking}{}`)).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
    );
  });

  test('a body that is announced as too large is answered before it comes', async () => {
    const heard = await heardAfter(
      await start({}),
      posting('Expect: 100-continue\r\nContent-Length: 10485761\r\n\r\n'),
    );
    expect(heard).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('a client that takes too long is told so and cut off', () => {
  test('in its headers', async () => {
    const server = await start({}, { limits: { headersMs: 50 } });
    expect(statusAndBody(await heardAfter(server, posting('X-Half: ')))).toMatchObject({
      status: 408,
      answer: { code: 'DEFAULT_4XX', message: 'Request Timeout' },
    });
  });

  test('before it has said anything', async () => {
    const server = await start({}, { limits: { headersMs: 50 } });
    expect(statusAndBody(await heardAfter(server, ''))).toMatchObject({ status: 408 });
  });

  test('in its body, behind a good credential', async () => {
    const server = await start({ Authorize: allow }, { limits: { headersMs: 50, requestMs: 100 } });
    const heard = await heardAfter(server, posting('Content-Length: 1000\r\n\r\n{'));
    expect(statusAndBody(heard)).toMatchObject({ status: 408 });
  });
});

describe('what HTTP itself refuses has a body that a kit can log', () => {
  test.each([
    ['no Host', `POST ${leg} HTTP/1.1\r\nConnection: close\r\n\r\n`, 400],
    ['an expectation that nobody meets', posting('Expect: the-impossible\r\n\r\n'), 417],
    ['more than 10 kB of headers', posting(`X-Long: ${'x'.repeat(11_000)}\r\n\r\n`), 431],
    ['two different lengths', posting('Content-Length: 1\r\nContent-Length: 2\r\n\r\n'), 400],
    ['a tunnel', 'CONNECT here:443 HTTP/1.1\r\nHost: here\r\n\r\n', 404],
    ['a target that is no path', 'POST sideband HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n', 400],
  ])('%s', async (_, sent, status) => {
    const heard = statusAndBody(await heardAfter(await start({}), sent));
    expect(heard).toMatchObject({ status, answer: { id: expect.any(String), message: expect.any(String) } });
  });
});

test('takes a whole URL for a target, and its host for the one that was asked', async () => {
  const hosts: unknown[] = [];
  const server = await start({
    Authorize: async (event: { methodArn: string; path: string; requestContext: { domainName: string } }) => {
      hosts.push([event.path, event.requestContext.domainName]);
      return policy('Allow', event.methodArn);
    },
    Sideband: ok,
  });
  const heard = await heardAfter(
    server,
    `POST http://policy.example:8080${leg}?a=1 HTTP/1.1\r\nHost: other\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  );
  expect(statusAndBody(heard).status).toBe(200);
  expect(hosts).toEqual([[leg, 'policy.example:8080']]);
});

describe('under load', () => {
  test('who finds no place in time is told to come again, and costs no read', async () => {
    let asked = 0;
    let release = () => undefined as unknown;
    const server = await start(
      {
        Authorize: async (event: { methodArn: string }) => {
          asked += 1;
          if (asked === 1)
            await new Promise<void>((resolve) => {
              release = resolve;
            });
          return policy('Allow', event.methodArn);
        },
        Sideband: ok,
      },
      { limits: { atOnce: 1, longestWaitMs: 10 } },
    );
    const slow = post(server);
    const shed = await post(server);
    expect(shed).toMatchObject({ status: 429, answer: { code: 'THROTTLED' } });
    expect(shed.headers['retry-after']).toBe('1');
    expect(asked).toBe(1);
    release();
    expect((await slow).status).toBe(200);
    expect((await post(server)).status).toBe(200);
  });

  test('a free place goes to each address in turn, however many requests one of them sends', async () => {
    const places = placesFor({ atOnce: 1, longestWaitMs: 60_000, slowMs: 200 }, () => 0);
    const order: string[] = [];
    await Promise.all(
      ['flood', 'flood', 'flood', 'flood', 'kit', 'flood', 'kit'].map((address, index) =>
        places.within(address, async () => order.push(`${address} ${index}`)),
      ),
    );
    expect(order).toEqual(['flood 0', 'flood 1', 'kit 4', 'flood 2', 'kit 6', 'flood 3', 'flood 5']);
  });

  test('there are fewer places while work is slow, never none, and more again when it is not', async () => {
    let nowMs = 0;
    const places = placesFor({ atOnce: 8, longestWaitMs: 60_000, slowMs: 200 }, () => nowMs);
    /** How many of 20 are worked on at once, when all of them take so long. */
    const mostAtOnce = async (tookMs: number): Promise<number> => {
      let atOnce = 0;
      let most = 0;
      await Promise.all(
        Array.from({ length: 20 }, () =>
          places.within('kit', async () => {
            atOnce += 1;
            most = Math.max(most, atOnce);
            await new Promise(setImmediate);
            atOnce -= 1;
            nowMs += tookMs;
          }),
        ),
      );
      return most;
    };
    expect(await mostAtOnce(1)).toBe(8);
    await mostAtOnce(500);
    expect(await mostAtOnce(500)).toBe(1);
    for (let round = 0; round < 10; round++) await mostAtOnce(1);
    expect(await mostAtOnce(1)).toBe(8);
  });
});
