import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Kubernetes, openKubernetes } from '../../lib/local/stand-ins/kubernetes.ts';
import type { RunningWorkload } from '../../lib/local/stand-ins/kubernetes-workload.ts';
import { gatewayId, openSystem, type System, tagOfKits } from '../support/system.ts';

const token = 'marked-service-account-token';
const fileName = 'gateway.secret.id';

let kubernetes: Kubernetes;
let pods: RunningWorkload;
let folder: string;
let system: System;

beforeAll(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'ping-'));
  writeFileSync(join(folder, fileName), '', { mode: 0o640 });
  kubernetes = await openKubernetes({
    port: 0,
    namespace: 'edge',
    tokens: { [token]: ['get secrets', 'patch secrets', 'get deployments', 'patch deployments'] },
    rollsOutAtOnce: false,
  });
  kubernetes.addSecret('ping', { data: { credential: 'none yet' } });
  pods = kubernetes.addWorkload({ kind: 'Deployment', name: 'kong', reads: inCluster });
  const kit = (kitId: string, kind: string, settings: object) => ({
    ...{ kitId, kind, owner: `${kitId}-team@example.com`, lookBackSeconds: 60, settings },
  });
  system = await openSystem({
    kits: [
      kit('pods', 'kubernetes-secret', {
        ...{ apiUrl: kubernetes.apiUrl, namespace: 'edge', secretName: 'ping', key: 'credential' },
        ...{ tokenSecret: 'kits/token', restart: { kind: 'Deployment', name: 'kong' }, propagationSeconds: 1 },
      }),
      kit('file', 'pinggateway', { folder: { path: folder, fileName, format: 'PLAIN' }, leaseExpirySeconds: 1 }),
    ],
  });
  await system.deployment.secretsManager.send(
    new CreateSecretCommand({ Name: 'kits/token', SecretString: token, Tags: [tagOfKits] }),
  );
});
afterAll(async () => {
  await system.close();
  await kubernetes.close();
  rmSync(folder, { recursive: true });
});

const inCluster = () => kubernetes.value('ping', 'credential');
const restarts = () => kubernetes.requests.filter((one) => /^PATCH .*\/kong$/.test(one)).length;
const isInCluster = () => inCluster() === readFileSync(join(folder, fileName), 'utf8');

/** Distributes, and has both kits seen with the new credential: one pod of it still is an old one. */
const distributed = async (): Promise<string> => {
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
  expect(isInCluster()).toBe(true);
  pods.settle(1);
  const value = String(inCluster());
  for (const kitId of ['pods', 'file']) expect(await system.ask(value, kitId)).toBe(200);
  return value;
};

test('A rotation waits for the last pod of a roll-out, does nothing twice for it, and then ends', async () => {
  const first = await distributed();
  pods.settle();
  await system.until(({ rotation }) => rotation === undefined);
  const before = restarts();

  await system.start({ gatewayId, reason: 'quarterly' });
  const second = await distributed();
  const waitedUntilMs = system.timers.now() + 20_000;
  await system.until(() => system.timers.now() > waitedUntilMs);
  expect(await system.ask(first, 'elsewhere')).toBe(200); // not revoked: a pod may still present it
  expect([restarts() - before, pods.values()]).toEqual([1, [second, first]]);

  pods.settle();
  await system.until(({ rotation }) => rotation === undefined);
  expect([restarts() - before, pods.values()]).toEqual([1, [second, second]]);
  expect(await system.ask(first, 'elsewhere')).toBe(401);
  const said = JSON.stringify([system.logged, system.messages, system.events]);
  for (const secret of [first, second, token]) expect(said).not.toContain(secret);
});
