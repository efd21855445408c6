import { beforeEach, expect, test } from 'vitest';
import { probeBody, probeSideband } from '../../../lambdas/authorities/pingone/sideband-probe.ts';
import type { CredentialValue } from '../../../lambdas/domain/credential.ts';
import { gatewayId, startAtMs } from '../../local/stand-ins/pingone-account.ts';
import { clientOf, errorOf, origin, urls } from './in-process.ts';

const clock = { nowMs: startAtMs };
let client: ReturnType<typeof clientOf>;
beforeEach(() => {
  clock.nowMs = startAtMs;
  client = clientOf(clock);
});
const byHand = () => client.pingOne.createByHand(gatewayId, origin);
const probe = (value: string, access = client.access) => probeSideband(access, urls, value as CredentialValue);
const answering = (response: () => Response) => ({ ...client.access, fetch: async () => response() });

test('Our own probe never contains access_token, so that PingOne never calls the real backend', async () => {
  expect(JSON.stringify(probeBody)).not.toContain('access_token');
  await probe(byHand().value);
  const [sent] = client.sent;
  expect(sent?.url).toBe(`${urls.serviceUrl}/sideband/request`);
  expect(Object.keys(JSON.parse(sent?.body ?? ''))).not.toContain('access_token');
  expect(client.pingOne.control.backendCalls).toEqual([]);
});

test('A credential is accepted when PingOne decides at all, whether it allows or denies', async () => {
  const { value } = byHand();
  const accepted = { kind: 'ACCEPTED', atMs: Date.parse('2026-11-02T08:00:00Z') };
  expect(await probe(value)).toEqual(accepted);
  client.pingOne.control.policy = { bearerRequired: true, deniedPaths: [] };
  expect(await probe(value)).toEqual(accepted);
});

test('A credential is refused by HTTP 401 or 403 with the body of PingOne or none', async () => {
  const { id, value } = byHand();
  client.pingOne.deleteByHand(gatewayId, id);
  expect(await probe(value)).toMatchObject({ kind: 'REFUSED' });
  for (const status of [401, 403]) {
    expect(
      await probe(
        value,
        answering(() => new Response(null, { status })),
      ),
    ).toMatchObject({ kind: 'REFUSED' });
    expect(
      await probe(
        value,
        answering(() => Response.json({ code: 'X' }, { status })),
      ),
    ).toMatchObject({ kind: 'REFUSED' });
  }
});

test.each([
  ['401 of a page in between', () => new Response('<html>', { status: 401 })],
  ['403 of a page in between', () => new Response('<html>', { status: 403 })],
  ['200 of a page in between', () => new Response('<html>')],
  ['200 without a decision', () => Response.json({})],
  ['200 with an empty response', () => Response.json({ response: null })],
  ['204', () => new Response(null, { status: 204 })],
  ['302', () => new Response(null, { status: 302 })],
  ['400', () => Response.json({ code: 'INVALID_DATA' }, { status: 400 })],
  ['404', () => Response.json({ code: 'NOT_FOUND' }, { status: 404 })],
  ['429', () => Response.json({ code: 'REQUEST_LIMITED' }, { status: 429, headers: { 'retry-after': '1' } })],
  ['500', () => Response.json({ code: 'UNEXPECTED_ERROR' }, { status: 500 })],
])('%s is neither yes nor no', async (_what, response) => {
  const { value } = byHand();
  const error = await errorOf(probe(value, answering(response)));
  expect(error).toMatchObject({ name: 'TemporarilyUnavailable' });
  expect(String(error)).not.toContain(value);
});

test.each(['lost-request', 'lost-answer', 'silent'] as const)('No answer (%s) is neither yes nor no', async (kind) => {
  client.pingOne.control.faults.push({ on: 'sideband-request', fault: { kind } });
  expect(await errorOf(probe(byHand().value))).toMatchObject({ name: 'TemporarilyUnavailable' });
});

test('A revoked credential that is still accepted while the revoke spreads is reported as accepted', async () => {
  client.pingOne.control.revokePropagationMs = 30_000;
  const { id, value } = byHand();
  client.pingOne.deleteByHand(gatewayId, id);
  expect(await probe(value)).toMatchObject({ kind: 'ACCEPTED' });
  clock.nowMs += 30_000;
  expect(await probe(value)).toMatchObject({ kind: 'REFUSED' });
});
