import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { type OpenPingOne, openPingOne } from '../../lib/local/stand-ins/pingone/open-pingone.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { forwarding } from '../constructs/synthesised.ts';
import { authorityAt, giveWorker } from '../pingone/pingone-system.ts';
import { openAgent } from '../policy-check/small-api.ts';
import { strictKit } from '../policy-check/strict-kit.ts';
import { gatewayId, manualKit, openRotated, policy, type System } from '../support/system.ts';
import { account, directoryId, gatewayId as pingOneGatewayId } from './stand-ins/pingone-account.ts';

const to = 'payments' as GatewayId;
const clock = { now: Date.now };
let pingOne: OpenPingOne;
let system: System;
/** Another gateway than payments is another one in PingOne too. */
const atPingOne = (id: string) => ({ ...authorityAt(pingOne), ...(id === to ? {} : { gatewayId: directoryId }) });
const gateways = (forwardsTo: string) => [
  {
    ...{ gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'forward', to: forwardsTo }, policy },
    kits: [manualKit('one')],
  },
  ...[to, 'refunds'].map((id) => ({
    ...{ gatewayId: id, authority: atPingOne(id), policy: { ...policy, quietWindowSeconds: 40 } },
    kits: id === forwardsTo ? [{ kitId: 'policy-check', kind: 'forward', owner: 'platform-team@example.com' }] : [],
  })),
];
/** The whole local deployment as it is synthesised for gateways that forward to payments; its policies decide about every call. */
beforeAll(async () => {
  const timers = { now: () => clock.now(), sleep: async () => undefined };
  pingOne = await openPingOne({ ...account({ nowMs: 0 }), timers, port: 0 });
  system = await openRotated({ gateways: gateways(to), change: () => synthesise({ gateways: forwarding }) });
  clock.now = system.timers.now;
  await giveWorker(system, { Key: 'gateway-credential-rotation', Value: `${to} refunds` });
});
afterAll(async () => {
  await system.close();
  await pingOne.close();
});

const payments = async (): Promise<Gateway> =>
  (await system.deployment.stores.gateways.read(to)) ?? expect.fail('It is not registered.');
const openKit = async () => {
  const { live } = await system.gateway();
  const value = await system.credentialOf(live[0] ?? expect.fail('no credential'));
  return strictKit(`${system.deployment.policyCheckUrl}/gateways/${gatewayId}/kits/one`, value, openAgent());
};
/** Lets time pass with a client request through the kit of orders in each second, until the rotation of payments has ended. */
const underTraffic = async (): Promise<readonly unknown[]> => {
  const kit = await openKit();
  const failed: unknown[] = [];
  for (let turns = 0; turns < 300 && (await payments()).rotation; turns++) {
    const { status, reason } = await kit.pass();
    if (status !== 201) failed.push(reason);
    await system.timers.advance(1_000);
  }
  expect((await payments()).ended.at(-1)?.outcome).toBe('COMPLETED');
  return failed;
};
const expectOnlyCurrent = async (): Promise<void> => {
  const { live, currentCredentialId } = await payments();
  expect(live.map(({ credentialId }) => credentialId)).toEqual([currentCredentialId]);
  expect(pingOne.live(pingOneGatewayId)).toEqual([currentCredentialId]);
};

test('the first rotation of the gateway at PingOne gives the policy check what it presents', async () => {
  expect((await (await openKit()).pass()).reason).toMatch(
    /^503: The credential that the policy check presents to PingOne for gateway payments cannot be read/,
  );
  await system.timers.advance(1_000);
  await system.start({ gatewayId: to, reason: 'the first' });
  await system.timers.runUntil(async () => (await payments()).ended.length === 1, 600_000);
  await expectOnlyCurrent();
  expect(await (await openKit()).pass()).toEqual({ status: 201, body: 'created' });
});

test("a rotation of PingOne's credential fails no request of the kits that are forwarded with it", async () => {
  const [old] = (await payments()).live;
  await system.start({ gatewayId: to, reason: 'quarterly' });
  await system.timers.runUntil(async () => (await payments()).rotation !== undefined, 10_000);
  expect(await underTraffic()).toEqual([]);
  await expectOnlyCurrent();
  const { revoked, ended } = await payments();
  expect(revoked).toMatchObject([{ credentialId: old?.credentialId, confirmedAtMs: expect.any(Number) }]);
  expect(ended).toHaveLength(2);
});

test('a compromise of it moves the policy check to another one, fails no request, and revokes it at PingOne', async () => {
  const [old] = (await payments()).live;
  await system.call('compromise', {
    ...{ gatewayId: to, confirmGatewayId: to, requestId: 'press-1', rejectWithinSeconds: 60 },
    ...{ actor: 'alice', reason: 'on a public page' },
  });
  expect(await underTraffic()).toEqual([]);
  await expectOnlyCurrent();
  expect((await payments()).revoked.at(-1)).toMatchObject({
    ...{ credentialId: old?.credentialId, cause: 'COMPROMISED', confirmedAtMs: expect.any(Number) },
  });
  expect(JSON.stringify(system.logged)).not.toContain('eyJ');
});

test('a rotation of their own credential proves and revokes as ever, and PingOne sees none of our probes', async () => {
  const before = pingOne.control.asked.length;
  await system.start({ gatewayId, reason: 'quarterly' });
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  await system.finish();
  expect((await system.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
  expect(pingOne.control.asked.length).toBe(before);
  expect((await (await openKit()).pass()).status).toBe(201);
});

test('the policies of the stack suffice, and do not let the sideband read the secret of another gateway', async () => {
  const asked = system.decisions.filter(({ caller }) => caller === 'sideband');
  expect(new Set(asked.map(({ isAllowed, question }) => `${question.action} ${isAllowed}`))).toEqual(
    new Set(['secretsmanager:GetSecretValue true', 'kms:Decrypt true']),
  );
  await system.applyGateways(gateways('refunds'));
  expect((await (await openKit()).pass()).reason).toMatch(
    /^503: The credential that the policy check presents to PingOne for gateway refunds cannot be read/,
  );
  const refused = system.decisions.filter(({ caller, isAllowed }) => caller === 'sideband' && !isAllowed);
  expect(refused.map(({ question }) => question.resource)).toEqual([
    expect.stringMatching(/:secret:gateway-credential\/.+\/refunds-/),
  ]);
});
