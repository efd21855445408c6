import { afterEach, beforeEach, expect, test } from 'vitest';
import { mintSettingsOf, pingOneClients, systemAccess } from '../../../lambdas/authorities/pingone/client.ts';
import { pingOneSettings } from '../../../lambdas/authorities/pingone/settings.ts';
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
  const client = pingOneClients(systemAccess, async () => workerSecret)(settingsOf(gatewayId));
  const created = await client.create(Number.POSITIVE_INFINITY);
  if (created.kind !== 'CREATED') throw created.error;
  expect(await client.probe(created.value)).toMatchObject({ kind: 'ACCEPTED' });
  expect((await client.list()).listed).toMatchObject([{ ...created.credential, lastUsedAtMs: startAtMs }]);
  expect(await client.remove(created.credential.credentialId)).toBe('DELETED');
  expect(await client.probe(created.value)).toMatchObject({ kind: 'REFUSED' });
});

test('Gateways with the same worker application share one token', async () => {
  const clientOf = pingOneClients(systemAccess, async () => workerSecret);
  await clientOf(settingsOf(gatewayId)).list();
  await clientOf(settingsOf(directoryId)).list();
  expect(account.control.asked.filter((one) => one === 'token')).toEqual(['token']);
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
