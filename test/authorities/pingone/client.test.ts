import { afterEach, beforeEach, expect, test } from 'vitest';
import { mintSettingsOf, pingOneClients, systemAccess } from '../../../lambdas/authorities/pingone/client.ts';
import { pingOneSettings } from '../../../lambdas/authorities/pingone/settings.ts';
import type { GatewayId } from '../../../lambdas/domain/ids.ts';
import {
  type Account,
  directoryId,
  environmentId,
  gatewayId,
  openAccount,
  startAtMs,
} from '../../local/stand-ins/pingone-account.ts';
import { workerSecret } from './in-process.ts';

let account: Account;
beforeEach(async () => {
  account = await openAccount({ nowMs: startAtMs });
});
afterEach(() => account.close());

const orders = 'orders' as GatewayId;
const here = { allowed: ['127.0.0.1'], mayBeLocal: true };
const settingsOf = (id: string) => {
  const { apiUrl, tokenUrl, serviceUrl } = account;
  return pingOneSettings.parse({
    kind: 'pingone',
    environmentId,
    gatewayId: id,
    workerSecret: 'worker',
    apiUrl,
    tokenUrl,
    serviceUrl,
  });
};

test('Over loopback, with the clock and network of this machine: create, prove accepted, revoke, prove refused', async () => {
  const client = pingOneClients(systemAccess, async () => workerSecret, here)(orders, settingsOf(gatewayId));
  const created = await client.create(Number.POSITIVE_INFINITY);
  if (created.kind !== 'CREATED') throw created.error;
  expect(await client.probe(created.value)).toMatchObject({ kind: 'ACCEPTED' });
  expect((await client.list()).listed).toMatchObject([{ ...created.credential, lastUsedAtMs: startAtMs }]);
  expect(await client.remove(created.credential.credentialId)).toBe('DELETED');
  expect(await client.probe(created.value)).toMatchObject({ kind: 'REFUSED' });
});

test('A token is kept for its gateway, and no other one goes by it: each has to be let in by the tag of the secret', async () => {
  const asked: string[] = [];
  const read = async (_: string, gateway: GatewayId) => {
    asked.push(gateway);
    return workerSecret;
  };
  const clientOf = pingOneClients(systemAccess, read, here);
  await clientOf(orders, settingsOf(gatewayId)).list();
  await clientOf(orders, settingsOf(gatewayId)).list();
  await clientOf('returns' as GatewayId, settingsOf(directoryId)).list();
  expect(asked).toEqual(['orders', 'returns']);
});

test('refuses hosts that the deployment does not allow, before anything is sent', () => {
  const clientOf = pingOneClients(systemAccess, async () => workerSecret, {
    allowed: ['api.pingone.eu'],
    mayBeLocal: true,
  });
  expect(() => clientOf(orders, settingsOf(gatewayId))).toThrow('this deployment allows api.pingone.eu');
  expect(account.control.asked).toEqual([]);
});

test('The settings of a gateway are given on in ms', () => {
  const settings = pingOneSettings.parse({ ...settingsOf(gatewayId), lastUsedLagSeconds: 60, lateCommitSeconds: 600 });
  expect(mintSettingsOf(settings)).toEqual({
    attemptMs: 30_000,
    lateCommitMs: 600_000,
    lastUsedLagMs: 60_000,
    clockToleranceMs: 5_000,
  });
});
