import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { PingOneAuthority } from '../../../lambdas/domain/authority.ts';
import type { GatewayId } from '../../../lambdas/domain/ids.ts';
import type { Registry } from '../../../lambdas/registry/read-registry.ts';
import type { Port } from '../../emulator/wire/held-port.ts';
import { inFile, inMemory } from '../../emulator/wire/persistence.ts';
import type { Timers } from '../../emulator/wire/timers.ts';
import type { Deployment } from '../deployment.ts';
import { type OpenPingOne, openPingOne } from '../stand-ins/pingone/open-pingone.ts';
import { isPingOneState, type Worker } from '../stand-ins/pingone/state.ts';
import { ensureKitSecret } from './demo-secret.ts';

/** The PingOne of a demo gateway, and the credential that a person made there before this system came. */
export type DemoPingOne = {
  readonly pingOne: OpenPingOne;
  /** What the kits of the gateway hold before their first rotation. */
  readonly byHand: { readonly credentialId: string; readonly credential: string };
};

type DemoGateway = Registry['gateways'][number] & { readonly authority: PingOneAuthority };

/** Whether a gateway of the demo has PingOne as its authority, and so gets a stand-in for it. */
export const isAtPingOne = (gateway: Registry['gateways'][number]): gateway is DemoGateway =>
  gateway.demo && gateway.authority !== undefined;

/**
 * Opens the stand-in that the gateway's settings name: an environment with this one gateway, the worker application whose
 * secret they name, and a credential made by hand that the kits hold, as day one is. What is there stays over restarts.
 */
export const openDemoPingOne = async (
  { gatewayId, authority }: DemoGateway,
  {
    secrets,
    port,
    timers,
    dataFolder,
  }: {
    readonly secrets: SecretsManagerClient;
    readonly port: Port;
    readonly timers: Timers;
    readonly dataFolder: string | undefined;
  },
): Promise<DemoPingOne> => {
  const worker = await ensureWorker(secrets, gatewayId, authority.workerSecret);
  const pingOne = await openPingOne({
    port,
    timers,
    environment: {
      id: authority.environmentId,
      name: `Demo of ${gatewayId}`,
      region: 'EU',
      organizationId: randomUUID(),
      organizationName: 'Demo',
    },
    gateways: [{ id: authority.gatewayId, name: gatewayId, type: 'API_GATEWAY_INTEGRATION', enabled: true }],
    workers: [worker],
    persistence:
      dataFolder === undefined ? inMemory() : inFile(join(dataFolder, `pingone-${gatewayId}.json`), isPingOneState),
  });
  pingOne.control.lastUsedLagMs = (authority.lastUsedLagSeconds * 1000) / 2; // within what the settings allow for
  const byHand = await ensureKitSecret(secrets, { gatewayId }, `demo/${gatewayId}/made-by-hand`, () => {
    const { id, value } = pingOne.createByHand(authority.gatewayId, pingOne.origin);
    return JSON.stringify({ credentialId: id, credential: value });
  });
  return { pingOne, byHand: JSON.parse(byHand) as DemoPingOne['byHand'] };
};

/** Day one, as its person would do it: what PingOne had before is adopted, so that the first rotation retires it. */
export const adoptInDemo = async ({ stores, call }: Deployment, { gateways }: Registry): Promise<void> => {
  for (const { gatewayId } of gateways.filter(isAtPingOne)) {
    const gateway = await stores.gateways.read(gatewayId);
    if (!gateway || gateway.live.length > 0 || gateway.rotation) continue;
    await call('operate', {
      command: 'adopt',
      gatewayId,
      credentialId: 'all',
      actor: 'npm start',
      reason: 'made by hand before this system came',
    });
  }
};

/** The worker application as the gateway's settings find it: made once, and known to PingOne. */
const ensureWorker = async (secrets: SecretsManagerClient, gatewayId: GatewayId, name: string): Promise<Worker> => {
  const made = { clientId: randomUUID(), clientSecret: randomBytes(32).toString('base64url') };
  const held = await ensureKitSecret(secrets, { gatewayId }, name, () => JSON.stringify(made));
  const { clientId, clientSecret } = JSON.parse(held) as typeof made;
  return { clientId, clientSecret, tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC', roles: ['Environment Admin'] };
};
