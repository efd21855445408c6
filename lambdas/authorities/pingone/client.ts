import type { CredentialValue } from '../../domain/credential.ts';
import type { UseSettings } from '../../domain/pingone-evidence.ts';
import type { MintSettings } from '../../domain/pingone-mint.ts';
import type { PingOneAccess } from './ask.ts';
import { type ManagementApi, managementApi } from './management-api.ts';
import { attemptMs } from './mint.ts';
import { type PingOneSettings, urlsOf } from './settings.ts';
import { type ProbeAnswer, probeSideband } from './sideband-probe.ts';
import { type WorkerToken, workerToken } from './token.ts';

/** Everything that is asked of PingOne for one gateway. */
export type PingOneClient = ManagementApi & {
  /** Presents a credential as a kit does. */
  probe(value: CredentialValue): Promise<ProbeAnswer>;
};

/** The network and the clock of this process. */
export const systemAccess: PingOneAccess = {
  fetch: (...asked) => fetch(...asked),
  now: () => Date.now(),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  timeLimit: (ms) => AbortSignal.timeout(ms),
};

/** Clients of gateways; those with the same worker application share its token for as long as this function instance lives. */
export const pingOneClients = (access: PingOneAccess, readSecret: (secretId: string) => Promise<string>) => {
  const tokens = new Map<string, WorkerToken>();
  return (settings: PingOneSettings): PingOneClient => {
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

/** What minting and evidence are judged by, from the settings of a gateway and its policy. */
export const mintSettingsOf = ({ lateCommitSeconds, lastUsedLagSeconds }: PingOneSettings): MintSettings => ({
  attemptMs,
  lateCommitMs: lateCommitSeconds * 1000,
  lastUsedLagMs: lastUsedLagSeconds * 1000,
  clockToleranceMs,
});
export const useSettingsOf = (
  { lastUsedLagSeconds }: PingOneSettings,
  { quietWindowSeconds }: { readonly quietWindowSeconds: number },
): UseSettings => ({
  lastUsedLagMs: lastUsedLagSeconds * 1000,
  quietWindowMs: quietWindowSeconds * 1000,
  longestGapMs: Math.min(150_000, quietWindowSeconds * 500),
});
