import { setTimeout as pause } from 'node:timers/promises';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { PressResult } from '../../../lambdas/compromise/press-button.ts';
import type { GatewayId } from '../../../lambdas/domain/ids.ts';
import { credentialTextIn } from '../../../lambdas/domain/secret-text.ts';
import type { Deployment } from '../../../lib/local/deployment.ts';

/** From the press on, in ms: when it was answered, and when a client that asks all the time was refused first. */
export type Pressed = { readonly answeredMs: number; readonly firstRefusalMs: number };

const current = async ({ stores, secretsManager }: Deployment, gatewayId: GatewayId): Promise<string> => {
  const gateway = await stores.gateways.read(gatewayId);
  const read = new GetSecretValueCommand({ SecretId: gateway?.secretArn, VersionStage: 'AWSCURRENT' });
  const { SecretString = '' } = await secretsManager.send(read);
  return credentialTextIn(SecretString) ?? '';
};

/** Presses the button for a credential that is refused at once, while a client asks. */
export const press = async (deployment: Deployment, gatewayId: GatewayId): Promise<Pressed> => {
  const headers = { 'client-token': await current(deployment, gatewayId), 'content-type': 'application/json' };
  const body = JSON.stringify({
    source_ip: '192.0.2.1',
    source_port: '443',
    method: 'GET',
    url: 'https://api.example.com/',
    http_version: '1.1',
    headers: [],
  });
  const url = `${deployment.policyCheckUrl}/gateways/${gatewayId}/kits/kit-0/sideband/request`;
  const untilAnswered = async (status: number): Promise<number> => {
    for (;;) {
      const response = await fetch(url, { method: 'POST', headers, body });
      await response.text();
      if (response.status === status) return performance.now();
      await pause(5);
    }
  };
  await untilAnswered(200);
  const pressedAt = performance.now();
  const refused = untilAnswered(401);
  const pressed = (await deployment.call('compromise', {
    gatewayId,
    confirmGatewayId: gatewayId,
    reason: 'bench',
    actor: 'bench',
    requestId: `bench-${gatewayId}`,
    rejectWithinSeconds: 0,
  })) as PressResult;
  const answeredMs = performance.now() - pressedAt;
  if (pressed.result !== 'DONE') throw new Error(`The press was answered ${pressed.result}.`);
  return { answeredMs, firstRefusalMs: (await refused) - pressedAt };
};
