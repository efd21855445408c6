import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { readRegistry } from '../../lambdas/registry/read-registry.ts';
import type { Template } from '../../lib/emulator/cloudformation/template.ts';
import { systemTimers } from '../../lib/emulator/wire/timers.ts';
import { startConsoleServer } from '../../lib/local/console/server.ts';
import { openDemo } from '../../lib/local/demo/demo.ts';
import { holdDemoPorts } from '../../lib/local/demo/demo-ports.ts';
import { openForTest } from '../support/open-deployment.ts';
import { statusFor } from '../support/status-for.ts';

/** As short as they may be, for a browser has no virtual time. */
const policy = { quietWindowSeconds: 4, useRecordingSeconds: 1, longestRequestSeconds: 1, longestWaitSeconds: 1 };
const common = { lookBackSeconds: 60 };

/** A demo gateway: a Kong, a secret reader and a person, with nodes that ask the policy check all the time. */
export const demoGateway = (gatewayId: string): object => ({
  gatewayId,
  demo: true,
  decision: { kind: 'allow-all' },
  policy,
  kits: [
    {
      ...{ kitId: 'kong-public', kind: 'kong', owner: 'edge-team@example.com', ...common, demo: { nodes: 2 } },
      settings: { adminUrl: 'http://127.0.0.1:0', propagationSeconds: 1 },
    },
    {
      ...{ kitId: 'invoices', kind: 'secrets-manager', owner: 'invoices-team@example.com', ...common },
      settings: { secretId: 'kits/invoices/credential', propagationSeconds: 1 },
    },
    {
      ...{ kitId: 'warehouse', kind: 'manual', owner: 'warehouse-team@example.com', ...common },
      settings: { instructions: 'Put it into /etc/gateway/client-token on the warehouse gateway.' },
    },
  ],
});

/** A gateway without traffic, whose one kit waits for its owner. */
export const quietGateway = (gatewayId: string, owner = 'nobody@example.com'): object => ({
  gatewayId,
  authority: { kind: 'builtin' },
  decision: { kind: 'allow-all' },
  policy,
  kits: [{ kitId: 'by-hand', kind: 'manual', owner, ...common }],
});

/** The whole deployment on real time, its demo kits and its console, for a browser to look at. */
export const openConsole = async (template: Template, gateways: readonly object[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'browser-'));
  const registryFile = join(folder, 'gateways.json');
  const ports = await holdDemoPorts(JSON.stringify({ gateways }));
  writeFileSync(registryFile, ports.text);
  let demo: Awaited<ReturnType<typeof openDemo>> | undefined;
  const deployment = await openForTest({
    ...{ template, registryFile, timers: systemTimers },
    onPublish: (message) => demo?.deliver(message),
  });
  const { stores, secretsManager, policyCheckUrl } = deployment;
  const server = await startConsoleServer({ port: 0, dataFolder: undefined, call: deployment.call });
  demo = await openDemo(deployment, readRegistry(ports.text), ports, { timers: systemTimers, dataFolder: undefined });
  await deployment.call('apply-registry', { actor: 'test', reason: 'test' });
  demo.setRate(60);

  const gateway = async (gatewayId: string): Promise<Gateway> => {
    const found = await stores.gateways.read(gatewayId as GatewayId);
    if (!found) throw new Error(`Gateway ${gatewayId} is not registered.`);
    return found;
  };
  return {
    link: server.link,
    gateway,
    /** Somebody who has got hold of the newest credential of now, and the status that the policy check answers him; a 5xx (a machine under load) says nothing, and is asked again. */
    thief: async (gatewayId: string): Promise<() => Promise<number>> => {
      const { secretArn } = await gateway(gatewayId);
      const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: secretArn }));
      const { credential } = JSON.parse(SecretString ?? '{}') as { credential: string };
      return () => statusFor(`${policyCheckUrl}/gateways/${gatewayId}/kits/warehouse`, credential, 5);
    },
    close: async () => {
      await server.close();
      await demo.close();
      await deployment.close();
      rmSync(folder, { recursive: true });
    },
  };
};
