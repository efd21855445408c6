import { Agent } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openKitNode } from '../../../lib/local/stand-ins/kit-node.ts';
import { readAnswer } from '../../../lib/local/stand-ins/sideband-answer.ts';
import { strictKit } from '../../policy-check/strict-kit.ts';
import { type Account, gatewayId, kitRequest, openAccount, startAtMs } from './pingone-account.ts';

const clock = { nowMs: startAtMs };
let account: Account;
beforeEach(async () => {
  clock.nowMs = startAtMs;
  account = await openAccount(clock);
});
afterEach(() => account.close());

const byHand = () => account.createByHand(gatewayId, account.origin);
const lastUsedAt = async (id: string) => (await account.manage(`${account.credentialsUrl}/${id}`)).json.lastUsedAt;

describe('the HTTP Access Policy service (facts 2.1 to 2.5)', () => {
  test('allows with 200 and the same fields, a state, and no response', async () => {
    const { status, json } = await account.sideband(byHand().value);
    expect(status).toBe(200);
    expect(json).toEqual({ ...kitRequest, state: expect.stringMatching(/^H4sI/) });
  });

  test('takes the port as a number or as text, and refuses one out of range with 400', async () => {
    const { value } = byHand();
    expect((await account.sideband(value, { source_port: 5001 })).status).toBe(200);
    const refused = await account.sideband(value, { source_port: '70000' });
    expect([refused.status, refused.json.details[0].target]).toEqual([400, 'source_port']);
  });

  test('refuses headers that are no array of single pairs with 400', async () => {
    const { value } = byHand();
    for (const headers of [{ host: 'x' }, [{ a: '1', b: '2' }], undefined])
      expect((await account.sideband(value, { headers })).status).toBe(400);
  });

  test('denies inside a 200, with the code as text and headers as an array', async () => {
    account.control.policy = { bearerRequired: true, deniedPaths: ['/orders'] };
    const { value } = byHand();
    const denied = await account.sideband(value);
    expect([denied.status, denied.json.response.response_code]).toEqual([200, '403']);
    expect(JSON.parse(denied.json.response.body)).toMatchObject({ code: 'ACCESS_FAILED' });
    const challenged = await account.sideband(value, { headers: [] });
    expect([challenged.status, challenged.json.response.response_code]).toEqual([200, '401']);
    expect(challenged.json.response.headers[0]['www-authenticate']).toContain('error="invalid_token"');
  });

  test('refuses a missing, an unknown and a revoked credential with HTTP 401 and a body that kits can read', async () => {
    const { id, value } = byHand();
    account.deleteByHand(gatewayId, id);
    for (const credential of [undefined, 'eyJhbGciOiJSUzI1NiJ9.e30.x', value]) {
      const { status, json } = await account.sideband(credential);
      expect(readAnswer('request', status, undefined, JSON.stringify(json))).toEqual({
        kind: 'REFUSED',
        reason: 'HTTP 401',
      });
    }
  });

  test('serves a real node of a kit, both legs', async () => {
    const { value } = byHand();
    const node = await openKitNode({
      policyCheckUrl: account.serviceUrl,
      currentCredential: () => value,
      localAddress: '127.0.0.1',
    });
    expect(await node.request()).toEqual({ kind: 'ALLOWED' });
    await node.stop();
  });

  test('is what a kit as strict as ping-auth 1.2.0 can work with; after the revoke its client gets 502 (facts 2.5, 2.7)', async () => {
    const { id, value } = byHand();
    const agent = new Agent();
    const kit = strictKit(account.serviceUrl, value, agent);
    expect(await kit.pass()).toEqual({ status: 201, body: 'created' });
    account.deleteByHand(gatewayId, id);
    expect(await kit.pass()).toMatchObject({
      status: 502,
      reason: expect.stringMatching(/^401: .+ \([0-9a-f-]{36}\)$/),
    });
    agent.destroy();
  });

  test('takes state or request in the response leg, never both, and a code as number or text', async () => {
    const { value } = byHand();
    const { state } = (await account.sideband(value)).json;
    const answered = { response_code: 201, response_status: '', body: 'created' };
    const good = await account.sideband(value, { ...answered, state }, 'response');
    expect([good.status, good.json.response_code]).toEqual([200, '201']);
    for (const more of [{ state, request: kitRequest }, {}, { state: 'made up' }])
      expect((await account.sideband(value, { ...answered, ...more }, 'response')).status).toBe(400);
  });
});

test('a request with access_token reaches the backend (kits-leaks 3.1), one without never does', async () => {
  const { value } = byHand();
  await account.sideband(value);
  expect(account.control.backendCalls).toEqual([]);
  await account.sideband(value, { access_token: { active: true, sub: 'somebody' } });
  expect(account.control.backendCalls).toEqual([kitRequest.url]);
});

describe('lastUsedAt (facts 1.2)', () => {
  test('is absent until the first use, then the time of the last one', async () => {
    const { id, value } = byHand();
    expect(await lastUsedAt(id)).toBeUndefined();
    await account.sideband(value);
    clock.nowMs += 5_000;
    await account.sideband(value);
    expect(await lastUsedAt(id)).toBe('2026-11-02T08:00:05.250Z');
  });

  test('shows a use only after the lag that was set', async () => {
    account.control.lastUsedLagMs = 60_000;
    const { id, value } = byHand();
    await account.sideband(value);
    clock.nowMs += 59_999;
    expect(await lastUsedAt(id)).toBeUndefined();
    clock.nowMs += 1;
    expect(await lastUsedAt(id)).toBe('2026-11-02T08:00:00.250Z');
  });

  test('stays small and right for a credential that is used all the time', async () => {
    account.control.lastUsedLagMs = 60_000;
    const { id, value } = byHand();
    for (let count = 0; count < 300; count++) {
      await account.sideband(value);
      clock.nowMs += 1_000;
    }
    clock.nowMs += 59_000;
    expect(await lastUsedAt(id)).toBe('2026-11-02T08:04:59.250Z');
  });
});

describe('propagation (facts 1.4: not documented, so it can be set)', () => {
  test('of a new credential', async () => {
    account.control.creationPropagationMs = 2_000;
    const { value } = byHand();
    expect((await account.sideband(value)).status).toBe(401);
    clock.nowMs += 2_000;
    expect((await account.sideband(value)).status).toBe(200);
  });

  test('of a revoked one: gone from the API at once, accepted a little longer', async () => {
    account.control.revokePropagationMs = 30_000;
    const { id, value } = byHand();
    account.deleteByHand(gatewayId, id);
    expect(account.live(gatewayId)).toEqual([]);
    clock.nowMs += 29_999;
    expect((await account.sideband(value)).status).toBe(200);
    clock.nowMs += 1;
    expect((await account.sideband(value)).status).toBe(401);
  });
});
