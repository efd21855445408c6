import { setTimeout as pause } from 'node:timers/promises';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** What the policy check answered to a kit, and a way to see what it holds. */
export type RunningKit = {
  readonly counts: { answered: number; refused: number; failed: number };
  /** The credential that it presents now; nobody else gets it. */
  holds(): string;
  /** What the policy check answers to a credential, as an HTTP status. */
  ask(credential: string): Promise<number>;
  stop(): Promise<void>;
};

/** How long a kit goes on at the most, whatever becomes of the test, in ms. */
const longestMs = 45 * 60_000;

/**
 * A kit as its owner runs it: it asks the policy check again and again, one request after the other, and takes up what is
 * AWSCURRENT in the gateway's secret. Waits for the first credential. Rejects when none comes while `signal` lets it.
 */
export const startKit = async (
  {
    serviceUrl,
    secretId,
    secretsManager,
  }: { serviceUrl: string; secretId: string; secretsManager: SecretsManagerClient },
  signal: AbortSignal,
): Promise<RunningKit> => {
  const stopped = new AbortController();
  const ends = AbortSignal.any([stopped.signal, AbortSignal.timeout(longestMs)]);
  const counts = { answered: 0, refused: 0, failed: 0 };

  const current = async (): Promise<string | undefined> => {
    const { SecretString = '{}' } = await secretsManager.send(new GetSecretValueCommand({ SecretId: secretId }));
    return (JSON.parse(SecretString) as { credential?: string }).credential;
  };
  const ask = async (credential: string): Promise<number> => {
    const answer = await fetch(`${serviceUrl}/sideband/request`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'client-token': credential },
      body: JSON.stringify({
        method: 'GET',
        url: 'https://api.example.com/orders',
        http_version: '1.1',
        headers: [],
        source_ip: '192.0.2.1',
        source_port: 4711,
      }),
      signal: AbortSignal.timeout(30_000),
    });
    await answer.body?.cancel();
    return answer.status;
  };

  let held: string | undefined;
  while (held === undefined) {
    held = await current().catch(() => undefined);
    if (held === undefined) await pause(500, undefined, { signal });
  }
  const count = (status: number): keyof typeof counts =>
    status === 200 ? 'answered' : status === 401 || status === 403 ? 'refused' : 'failed';
  const loop = (async () => {
    while (!ends.aborted) {
      held = (await current().catch(() => undefined)) ?? held;
      for (let asked = 0; asked < 5 && !ends.aborted; asked++) {
        counts[await ask(held ?? '').then(count, () => 'failed' as const)] += 1;
        await pause(50);
      }
    }
  })();
  return {
    counts,
    holds: () => held ?? '',
    ask,
    stop: async () => {
      stopped.abort();
      await loop;
    },
  };
};
