import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import { startConsoleServer } from '../../../lib/local/console/server.ts';
import { openCounts } from '../../../lib/local/health/counts.ts';
import { healthPages } from '../../../lib/local/health/pages.ts';
import { openForTest } from '../../support/open-deployment.ts';
import { virtualTimers } from '../../support/virtual-timers.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const clock = { nowMs: 0 };
const serve = async (policyCheckUrl: string) => {
  const counts = openCounts(['orders'], () => clock.nowMs);
  const open = healthPages({
    policyCheckUrl,
    gatewayId: 'orders',
    now: () => clock.nowMs,
    counts,
    dataFolder: undefined,
  });
  const page = await startConsoleServer({ port: 0, dataFolder: undefined, call: async () => '', open });
  closers.push(page.close);
  return page.url;
};
const ask = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
};
/** What stands where the policy check should. */
const standIn = async (status: number): Promise<{ url: string; server: Server; asked: () => number }> => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(status).end(status === 401 ? '{"refusedBy":"policy-check"}' : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, server, asked: () => asked };
};

it('is ready when the real policy check reads the record and refuses a credential that nobody has', async () => {
  const registryFile = join(mkdtempSync(join(tmpdir(), 'health-')), 'gateways.json');
  writeFileSync(registryFile, '{"gateways":[]}');
  const lines: string[] = [];
  const deployment = await openForTest({
    template: inject('template'),
    registryFile,
    timers: virtualTimers(Date.parse('2026-01-01T00:00:00Z')),
    log: () => (_level, message, fields) => void lines.push(JSON.stringify({ message, ...fields })),
  });
  closers.push(deployment.close);
  const url = await serve(deployment.loopbackUrl);
  expect(await ask(`${url}/healthz`)).toEqual({ status: 200, type: 'application/json', body: '{"status":"ready"}\n' });
  expect(lines.filter((line) => line.includes('CREDENTIAL_UNKNOWN'))).toHaveLength(1); // found only by a read
});

it.each([500, 503, 200, 404])('is not ready, and says why, when the policy check answers %i', async (status) => {
  const url = await serve((await standIn(status)).url);
  const answer = await ask(`${url}/healthz`);
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.body)).toMatchObject({
    status: 'not ready',
    why: expect.stringContaining(`answered HTTP ${status}`),
  });
});

it('is not ready when nobody answers', async () => {
  const { url: gone, server } = await standIn(401);
  server.close();
  const url = await serve(gone);
  expect(JSON.parse((await ask(`${url}/healthz`)).body)).toEqual({
    status: 'not ready',
    why: `The policy check of gateway orders cannot be reached; see whether ${gone} answers.`,
  });
});

it('asks the policy check once a second, however often it is asked itself', async () => {
  const { url: policyCheckUrl, asked } = await standIn(401);
  const url = await serve(policyCheckUrl);
  for (let times = 0; times < 5; times++) await ask(`${url}/healthz`);
  expect(asked()).toBe(1);
  clock.nowMs += 1_000;
  await ask(`${url}/metrics`);
  expect(asked()).toBe(2);
});

it('shows metrics without a link, in the media type of OpenMetrics', async () => {
  const url = await serve((await standIn(401)).url);
  const { status, type, body } = await ask(`${url}/metrics`);
  expect({ status, type }).toEqual({ status: 200, type: 'application/openmetrics-text; version=1.0.0; charset=utf-8' });
  expect(body).toContain('GatewayCredentialRotation_Ready 1\n');
});

it.each(['/healthz', '/metrics'])('refuses %s under another Host, and anything but GET', async (path) => {
  const url = await serve((await standIn(401)).url);
  const status = (method: string, host: string) =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}${path}`, { method, headers: { host }, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end();
    });
  expect(await status('GET', 'rebound.example')).toBe(403);
  expect(await status('DELETE', new URL(url).host)).toBe(405);
});
