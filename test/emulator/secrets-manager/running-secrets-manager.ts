import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { RotationEvent, RotationNotice } from '../../../lib/emulator/secrets-manager/rotation-run.ts';
import { createSecretsManager, type SecretsManager } from '../../../lib/emulator/secrets-manager/secrets-manager.ts';
import type { SecretsState } from '../../../lib/emulator/secrets-manager/state.ts';
import { inMemory, type Persistence } from '../../../lib/emulator/wire/persistence.ts';
import { type Running, runEndpoint } from '../endpoint/running-endpoint.ts';

export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:rotate';

/** Secrets Manager behind an endpoint, with the time and the rotation function in the test's hand. */
export type RunningSecretsManager = {
  readonly client: SecretsManagerClient;
  readonly clientOptions: Running['clientOptions'];
  readonly service: SecretsManager;
  readonly notices: RotationNotice[];
  readonly time: { nowMs: number };
  /** What the rotation function does; does nothing until it is set. */
  rotate: (event: RotationEvent, client: SecretsManagerClient) => Promise<void>;
  close(): Promise<void>;
};

export const runSecretsManager = async (
  persistence: Persistence<SecretsState> = inMemory(),
  startAtMs = Date.UTC(2026, 0, 1, 12),
): Promise<RunningSecretsManager> => {
  const time = { nowMs: startAtMs };
  const notices: RotationNotice[] = [];
  const service = createSecretsManager({
    persistence,
    clock: () => time.nowMs,
    canInvoke: async (functionArn) => functionArn === FUNCTION_ARN,
    invokeFunction: (_functionArn, event) => running.rotate(event, client),
    report: (one) => notices.push(one),
  });
  const endpoint = await runEndpoint([service]);
  const client = new SecretsManagerClient(endpoint.clientOptions);
  const running: RunningSecretsManager = {
    client,
    clientOptions: endpoint.clientOptions,
    service,
    notices,
    time,
    rotate: async () => undefined,
    close: async () => {
      client.destroy();
      await endpoint.close();
    },
  };
  return running;
};
