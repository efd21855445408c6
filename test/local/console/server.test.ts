import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { helpPages } from '../../../lambdas/console/html/help.ts';
import { digestOf } from '../../../lambdas/evidence-export/evidence-signature.ts';
import { type ConsoleServer, startConsoleServer } from '../../../lib/local/console/server.ts';

type Answer = { status: number; headers: Record<string, string>; body: string };
/** What the function Evidence answers, with one part of kits; the second part was decided on anew meanwhile. */
const kitsOfPart = [{ kitId: 'kong-eu' }];
const evidenceFor = ({ rotationId, gatewayId, part }: Called['event']): unknown => {
  if (rotationId === 'broken') throw new TypeError('the cause');
  if (rotationId === 'unknown') throw Object.assign(new Error('the rule'), { name: 'InputRefused' });
  if (part) return { kits: kitsOfPart };
  const digest = rotationId === 'changed' ? 'another' : digestOf(kitsOfPart);
  const kits = { parts: [{ fromShard: 0, toShard: 0, digest }] };
  return { record: { rotationId, gatewayId, kits }, signature: {} };
};

type Called = { name: string; event: Record<string, unknown> };

let folder: string;
let server: ConsoleServer;
let called: Called[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'console-'));
  called = [];
  server = await startConsoleServer({
    port: 0,
    dataFolder: folder,
    call: async (name, event) => {
      called.push({ name, event: event as Called['event'] });
      if ((event as { view?: string }).view === 'broken') throw new TypeError('<b>the cause</b>');
      if (name === 'evidence') return evidenceFor(event as Called['event']);
      return `<h1>${name}</h1>`;
    },
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const ask = (url: string, { method = 'GET', headers = {}, body = '' } = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Record<string, string>,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });

/** A browser that was let in: where its pages are, its cookie, and the token that its forms carry. */
const enter = async () => {
  const { headers, body } = await ask(server.link());
  const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
  const place = `${server.url}${/url=(\S+)"/.exec(body)?.[1]}`;
  await ask(place, { headers: { cookie } });
  return { place, cookie, token: String(called.pop()?.event.token) };
};

const form = { 'content-type': 'application/x-www-form-urlencoded', origin: '' };
const sendForm = ({ place, cookie }: { place: string; cookie: string }, body: string, headers: object = {}) =>
  ask(place, { method: 'POST', headers: { ...form, origin: server.url, cookie, ...headers }, body });

describe('the page of the console', () => {
  it('shows what the console function answers to the parameters of the address', async () => {
    const { place, cookie, token } = await enter();
    const { status, body } = await ask(`${place}?view=gateway&gatewayId=orders`, { headers: { cookie } });
    expect(status).toBe(200);
    expect(body).toContain('<h1>console</h1>');
    expect(called).toEqual([
      { name: 'console', event: { view: 'gateway', gatewayId: 'orders', format: 'html', token, dataFolder: folder } },
    ]);
  });

  it.each(['\u202eorders', 'or\u0007ders', 'or\nders', '<b>orders', 'orders\u2066'])(
    'has no title from an address that names no gateway: %j',
    async (gatewayId) => {
      const { place, cookie } = await enter();
      const { body } = await ask(`${place}?gatewayId=${encodeURIComponent(gatewayId)}`, { headers: { cookie } });
      expect(/<title>(.*?)<\/title>/s.exec(body)?.[1]).toBe(`Gateway credentials, this machine, ${basename(folder)}`);
    },
  );

  it('hands a form to the function that acts', async () => {
    const visitor = await enter();
    const { status, body } = await sendForm(visitor, `act=hold&reason=a+b%26c&token=${visitor.token}`);
    expect([status, body.includes('<h1>console-act</h1>')]).toEqual([200, true]);
    expect(called).toEqual([
      {
        name: 'console-act',
        event: { act: 'hold', reason: 'a b&c', format: 'html', token: visitor.token, dataFolder: folder },
      },
    ]);
  });

  it('allows nothing to be loaded, framed, sent or kept but its own script and styles', async () => {
    const { place, cookie } = await enter();
    for (const url of [place, server.url, `${server.url}/page.js`, `${server.url}/none`]) {
      const { headers } = await ask(url, { headers: { cookie } });
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'self'; style-src 'sha256-[\w+/=]+'(?: 'sha256-[\w+/=]+')*; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
      );
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  it('says that a function failed without its message', async () => {
    const { place, cookie } = await enter();
    const { status, body } = await ask(`${place}?view=broken`, { headers: { cookie } });
    expect([status, body.includes('TypeError'), body.includes('the cause')]).toEqual([500, true, false]);
  });
});

describe('what a page leads to', () => {
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const { place, cookie } = await enter();
    return ask(`${place}${path}`, { headers: { cookie, ...headers } });
  };

  it('names in the title which deployment it is, and the gateway', async () => {
    const { body } = await get('?view=gateway&gatewayId=orders');
    expect(body).toContain(`<title>orders: gateway credentials, this machine, ${basename(folder)}</title>`);
  });
  it('lets no address say that it is another deployment', async () => {
    await get('?dataFolder=/somewhere/else');
    expect(called[0]?.event.dataFolder).toBe(folder);
  });

  it('hands out the evidence of a rotation as a file, whole and as the command line writes it', async () => {
    const { status, headers, body } = await get('evidence?rotationId=r-1&gatewayId=orders');
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(headers['content-disposition']).toBe('attachment; filename="evidence-orders-r-1.json"');
    expect(JSON.parse(body)).toMatchObject({ record: { rotationId: 'r-1' }, kits: [kitsOfPart] });
  });
  it('cuts the file off when the kits were read for another decision meanwhile', async () => {
    await expect(get('evidence?rotationId=changed&gatewayId=orders')).rejects.toThrow(/aborted|hang up/);
  });
  it.each([
    ['unknown', 404, 'No such evidence'],
    ['broken', 500, 'TypeError'],
  ])('refuses in words the evidence that is not to be had: %s', async (rotationId, expected, words) => {
    const { status, body } = await get(`evidence?rotationId=${rotationId}`);
    expect([status, body.includes(words), body.includes('the cause')]).toEqual([expected, true, false]);
  });

  it.each(Object.values(helpPages))('has the page %s with the heading #%s, “%s”', async (page, anchor, heading) => {
    const { status, body } = await get(`docs/${page}.md`);
    expect(status).toBe(200);
    expect(new RegExp(`<h\\d id="${anchor}">([^<]*)</h`).exec(body)?.[1]).toBe(heading);
  });
  it('refuses every other file', async () => {
    for (const path of ['docs/none.md', 'docs/..%2FREADME.md', 'docs/../package.json', 'docs/pictures/overlap.svg'])
      expect((await get(path)).status).toBe(404);
  });
  it.each(['evidence?rotationId=r-1', 'docs/operate.md'])(
    'refuses %s to a browser that was not let in',
    async (path) => {
      const { place } = await enter();
      expect((await ask(`${place}${path}`)).status).toBe(401);
      expect(called).toEqual([]);
    },
  );
});

describe('who is let in', () => {
  it('opens for one browser by a link, once, and leaves the next link to the user of this machine alone', async () => {
    const link = server.link();
    expect(readFileSync(server.linkFile, 'utf8')).toBe(`${link}\n`);
    expect(statSync(server.linkFile).mode & 0o777).toBe(0o600);
    expect((await ask(link)).status).toBe(200);
    expect((await ask(link)).status).toBe(401);
    expect(readFileSync(server.linkFile, 'utf8')).toBe(`${server.link()}\n`);
    expect((await ask(server.link())).status).toBe(200);
  });

  it('keeps its cookie from scripts, other sites and other servers of this machine', async () => {
    const { headers, body } = await ask(server.link());
    const place = /url=(\S+)"/.exec(body)?.[1];
    expect(String(headers['set-cookie'])).toMatch(/^console=[\w-]{43}; Path=(\S+); HttpOnly; SameSite=Strict$/);
    expect(String(headers['set-cookie'])).toContain(`Path=${place};`);
  });

  it('refuses everybody else, and says where the link is', async () => {
    const one = await enter();
    const other = await enter();
    for (const answer of [
      await ask(server.url),
      await ask(one.place),
      await ask(one.place, { headers: { cookie: other.cookie } }),
      await ask(one.place, { headers: { cookie: 'console=' } }),
      await sendForm({ ...one, cookie: '' }, `token=${one.token}`),
      await ask(`${server.url}/enter/${'A'.repeat(43)}`),
    ]) {
      expect(answer.status).toBe(401);
      expect(answer.body).toContain(server.linkFile);
    }
    expect(called).toEqual([]);
  });

  it('takes the link away when it closes', async () => {
    const other = await startConsoleServer({ port: 0, dataFolder: undefined, call: async () => '' });
    expect(existsSync(other.linkFile)).toBe(true);
    await other.close();
    expect(existsSync(other.linkFile)).toBe(false);
  });
});

describe('the page refuses', () => {
  it('another Host, to which a web page was rebound', async () => {
    const { place, cookie } = await enter();
    const { port } = new URL(server.url);
    for (const host of ['attacker.example', `attacker.example:${port}`, '127.0.0.1', `127.0.0.1:${port}1`])
      expect((await ask(place, { headers: { cookie, host } })).status).toBe(403);
    expect((await ask(place, { headers: { cookie, host: `localhost:${port}` } })).status).toBe(200);
    expect(called).toHaveLength(1);
  });

  it('a form of another Origin, of none, and of another site', async () => {
    const visitor = await enter();
    const body = `token=${visitor.token}`;
    for (const origin of ['null', 'https://attacker.example', 'http://127.0.0.1:1'])
      expect((await sendForm(visitor, body, { origin })).status).toBe(403);
    for (const site of ['cross-site', 'same-site'])
      expect((await sendForm(visitor, body, { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' })).status).toBe(
        403,
      );
    const { 'content-type': type } = form;
    const withoutOrigin = { 'content-type': type, cookie: visitor.cookie };
    expect((await ask(visitor.place, { method: 'POST', headers: withoutOrigin, body })).status).toBe(403);
    expect(called).toEqual([]);
  });

  it('to be embedded by another page', async () => {
    const { place, cookie } = await enter();
    const embedded = { cookie, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' };
    expect((await ask(place, { headers: embedded })).status).toBe(403);
  });

  it('a form without the token of this visit', async () => {
    const visitor = await enter();
    const other = await enter();
    for (const body of ['act=hold', 'token=', `token=${other.token}`, `token=x&token=${visitor.token}`])
      expect((await sendForm(visitor, body)).status).toBe(403);
    expect(called).toEqual([]);
  });

  it('a form that is too long, or no form', async () => {
    const visitor = await enter();
    const long = `token=${visitor.token}&reason=${'x'.repeat(64 * 1024)}`;
    expect((await sendForm(visitor, long)).status).toBe(413);
    expect((await sendForm(visitor, '{}', { 'content-type': 'application/json' })).status).toBe(415);
    expect(called).toEqual([]);
  });

  it('paths and methods that are not there', async () => {
    const { place, cookie } = await enter();
    for (const path of ['/favicon.ico', '/enter/short', `${new URL(place).pathname}../x`, '//', '/%00'])
      expect((await ask(`${server.url}${path}`)).status).toBe(404);
    const put = await ask(place, { method: 'PUT', headers: { cookie } });
    expect([put.status, put.headers.allow]).toEqual([405, 'GET, POST']);
    expect((await ask(server.link(), { method: 'POST', headers: { origin: server.url } })).status).toBe(405);
    expect((await ask(server.link())).status).toBe(200);
  });
});
