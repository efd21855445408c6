import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LoopbackServer, openLoopbackServer } from '../../lib/local/stand-ins/loopback-server.ts';
import { gatewayId, manualKit, openSystem, type System, tagOfKits } from '../support/system.ts';

const kits = 60;
const holds = new Map<string, string>();
const counts = new Map<string, number>();
const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
/** So often since it was last asked about. */
const taken = (what: string): number => {
  const found = counts.get(what) ?? 0;
  counts.delete(what);
  return found;
};

let receivers: LoopbackServer;
let system: System;
const ended = async (rotations: number): Promise<void> => {
  await system.until((gateway) => gateway.ended.length === rotations && gateway.rotation === undefined);
  expect((await system.gateway()).ended.at(-1)?.outcome).toBe('COMPLETED');
};

beforeAll(async () => {
  receivers = await openLoopbackServer(0, ({ method, url, body }) => {
    count(method);
    if (method === 'POST')
      holds.set(url.pathname, (JSON.parse(body) as { data: { credentialId: string } }).data.credentialId);
    return { status: 200, json: { credentialId: holds.get(url.pathname) ?? null } };
  });
  const urlOf = (index: number) => `${receivers.origin}/kit-${index}`;
  system = await openSystem({
    kits: Array.from({ length: kits }, (_, index) => ({
      ...manualKit(`kit-${index}`),
      kind: 'webhook',
      settings: { url: urlOf(index), readBackUrl: urlOf(index), signingSecret: 'kits/key', propagationSeconds: 1 },
    })),
    onCall: ({ caller, operation }) => count(`${caller} ${operation}`),
  });
  const { secretsManager } = system.deployment;
  const SecretString = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  await secretsManager.send(new CreateSecretCommand({ Name: 'kits/key', SecretString, Tags: [tagOfKits] }));
});
afterAll(async () => {
  await system.close();
  await receivers.close();
});

test('new kits are added 25 in a call, and where their credential goes is recorded for many together', () => {
  expect(taken('apply-registry BatchWriteItem')).toBe(3);
  expect(taken('apply-registry UpdateItem')).toBe(0);
  expect(taken('apply-registry PutItem')).toBeLessThan(20);
});

test('a kit that was never given anything takes one write, and the key of all is read once', async () => {
  await ended(1);
  expect(taken('POST')).toBe(kits);
  expect(taken('distribute-shard UpdateItem')).toBe(kits);
  expect(taken('distribute-shard GetItem')).toBeLessThanOrEqual(kits + 1); // before each at the most, and once for all
  expect(taken('distribute-shard GetSecretValue')).toBe(2); // the credential, and the signing key
});

test('one that holds a credential takes two: before it is given another one, and after; and is not asked before', async () => {
  counts.clear();
  await system.start({ gatewayId, reason: 'quarterly' });
  await ended(2);
  expect(taken('POST')).toBe(kits);
  expect(taken('distribute-shard UpdateItem')).toBe(2 * kits);
  expect(taken('distribute-shard GetItem')).toBeLessThanOrEqual(kits + 1); // before each at the most, and once for all
  expect(taken('distribute-shard GetSecretValue')).toBe(2);
  expect(taken('GET')).toBe(4 * kits); // in the plan, once it has it, before "verified", and before the old one is revoked
});
