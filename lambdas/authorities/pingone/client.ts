import type { PingOneAuthority } from '../../domain/authority.ts';
import { StepFailed } from '../../domain/failure.ts';
import type { GatewayId } from '../../domain/ids.ts';
import { type KitHosts, refusalOfUrl } from '../../domain/kit-hosts.ts';
import type { MintSettings } from '../../domain/pingone-mint.ts';
import type { PingOne } from '../../ports.ts';
import type { PingOneAccess } from './ask.ts';
import { managementApi } from './management-api.ts';
import { attemptMs } from './mint.ts';
import { urlsOf } from './settings.ts';
import { probeSideband } from './sideband-probe.ts';
import { type WorkerToken, workerToken } from './token.ts';

/** The network and the clock of this process. */
export const systemAccess: PingOneAccess = {
  fetch: (...asked) => fetch(...asked),
  now: () => Date.now(),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  timeLimit: (ms) => AbortSignal.timeout(ms),
};

/** Clients of gateways; each worker application's token is kept for as long as this function instance lives. */
export const pingOneClients = (
  access: PingOneAccess,
  readSecret: (secretId: string, gatewayId: GatewayId) => Promise<string>,
  hosts: KitHosts,
): PingOne => {
  const tokens = new Map<string, WorkerToken>();
  return (gatewayId, settings) => {
    const urls = urlsOf(settings);
    for (const url of Object.values(urls)) {
      const refusal = refusalOfUrl(url, hosts);
      if (refusal) throw new StepFailed(`The authority of gateway ${gatewayId} is not asked: ${refusal}.`);
    }
    const key = JSON.stringify([gatewayId, urls.tokenUrl, settings.workerSecret]);
    const token =
      tokens.get(key) ??
      workerToken(access, { ...urls, workerSecret: settings.workerSecret }, (secretId) =>
        readSecret(secretId, gatewayId),
      );
    tokens.set(key, token);
    return {
      ...managementApi(access, settings, urls, token),
      probe: (value) => probeSideband(access, urls, value),
    };
  };
};

/** How far `createdAt` may lie beside the Date header of the same moment: whole seconds, and another machine's clock. */
const clockToleranceMs = 5_000;

/** What minting is judged by, from the settings of a gateway. */
export const mintSettingsOf = ({ lateCommitSeconds, lastUsedLagSeconds }: PingOneAuthority): MintSettings => ({
  attemptMs,
  lateCommitMs: lateCommitSeconds * 1000,
  lastUsedLagMs: lastUsedLagSeconds * 1000,
  clockToleranceMs,
});
