import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { forwarding } from '../constructs/synthesised.ts';
import { openAgent } from '../policy-check/small-api.ts';
import { strictKit } from '../policy-check/strict-kit.ts';
import { gatewayId, manualKit, openRotated, policy, type System } from '../support/system.ts';
import { type Account, openAccount, gatewayId as pingOneGatewayId, startAtMs } from './stand-ins/pingone-account.ts';

const to = 'payments' as GatewayId;
const by = { actor: 'test', reason: 'test' };
let account: Account;
let system: System;
/** The whole local deployment as it is synthesised for gateways that forward; its policies decide about every call. */
beforeAll(async () => {
  account = await openAccount({ nowMs: startAtMs });
  system = await openRotated({ change: () => synthesise({ gateways: forwarding }) });
  const orders = { gatewayId, decision: { kind: 'allow-all' }, policy, kits: [manualKit('one')] };
  await system.applyGateways([orders, { ...orders, gatewayId: to, kits: [] }]);
  await system.deployment.stores.gateways.apply(gatewayId, ({ policy, shardCount }) => ({
    kind: 'configure',
    configuration: { policy, shardCount, decision: { kind: 'forward', to, serviceUrl: account.serviceUrl } },
    ...by,
  }));
});
afterAll(async () => {
  await system.close();
  await account.close();
});

/** A new credential of PingOne becomes AWSCURRENT in the secret of its gateway. */
const giveCredential = async (): Promise<string> => {
  const { id, value } = account.createByHand(pingOneGatewayId, account.origin);
  const SecretString = JSON.stringify({ credentialId: id, credential: value });
  const SecretId = `gateway-credential/${to}`;
  await system.deployment.secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString }));
  return id;
};
const openKit = async () => {
  const { live } = await system.gateway();
  const value = await system.credentialOf(live[0] ?? expect.fail('no credential'));
  return strictKit(`${system.deployment.policyCheckUrl}/gateways/${gatewayId}/kits/one`, value, openAgent());
};

test("kits of a builtin gateway get PingOne's decisions, and a rotation of PingOne's credential fails none of them", async () => {
  const first = await giveCredential();
  const kit = await openKit();
  expect(await kit.pass()).toEqual({ status: 201, body: 'created' });
  await giveCredential();
  expect((await kit.pass()).status).toBe(201);
  account.deleteByHand(pingOneGatewayId, first);
  await system.timers.advance(1_000);
  for (let count = 0; count < 5; count++) expect((await kit.pass()).status).toBe(201);
  expect(JSON.stringify(system.logged)).not.toContain('eyJ');
});

test('a rotation of their own credential proves and revokes as ever, and PingOne sees none of our probes', async () => {
  const before = account.control.asked.length;
  await system.start({ gatewayId, reason: 'quarterly' });
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  await system.finish();
  expect((await system.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
  expect(account.control.asked.length).toBe(before);
  expect((await (await openKit()).pass()).status).toBe(201);
});

test('the policies of the stack suffice, and do not let the sideband read the secret of another gateway', async () => {
  const asked = system.decisions.filter(({ caller }) => caller === 'sideband');
  expect(new Set(asked.map(({ isAllowed, question }) => `${question.action} ${isAllowed}`))).toEqual(
    new Set(['secretsmanager:GetSecretValue true', 'kms:Decrypt true']),
  );
  await system.deployment.stores.gateways.apply(gatewayId, ({ policy, shardCount }) => ({
    kind: 'configure',
    configuration: { policy, shardCount, decision: { kind: 'forward', to: gatewayId, serviceUrl: account.serviceUrl } },
    ...by,
  }));
  expect((await (await openKit()).pass()).reason).toMatch(
    /^503: The credential that the policy check presents to PingOne for gateway orders cannot be read/,
  );
});
