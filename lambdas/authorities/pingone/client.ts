import type { PingOneAuthority } from '../../domain/authority.ts';
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

/** Clients of gateways; those with the same worker application share its token for as long as this function instance lives. */
export const pingOneClients = (access: PingOneAccess, readSecret: (secretId: string) => Promise<string>): PingOne => {
  const tokens = new Map<string, WorkerToken>();
  return (settings) => {
    const urls = urlsOf(settings);
    const key = JSON.stringify([urls.tokenUrl, settings.workerSecret]);
    const token = tokens.get(key) ?? workerToken(access, { ...urls, workerSecret: settings.workerSecret }, readSecret);
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
