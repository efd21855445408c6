import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { currentTextIn } from '../aws/current-text.ts';
import { forwardWithinMs } from '../domain/forward.ts';
import { secretNameOf } from '../domain/secret-name.ts';
import { forward } from '../policy-check/forward.ts';
import { forwardCredentials } from '../policy-check/forward-credential.ts';
import { keptConnections } from '../policy-check/keep-alive.ts';
import type { SidebandPorts } from '../policy-check/sideband.ts';
import { clientSettings } from '../runtime/client-settings.ts';
import { variables } from '../runtime/environment.ts';
import type { Runtime } from '../runtime/host.ts';
import { withinMs } from '../runtime/time-limit.ts';

/** One try of it. */
const quickly = { connectionTimeout: 500, requestTimeout: 900, throwOnRequestTimeout: true } as const;
/** One reading of the secret, tries and all: it is a part of what a kit waits for. */
const readWithinMs = 2_000;

/** Forwarding to PingOne with the credentials in the secrets of its gateways; one instance keeps its connections and what it read. */
export const forwardingIn = (runtime: Omit<Runtime, 'log'>): SidebandPorts['forward'] => {
  const { SECRET_PREFIX } = variables(runtime.environment, 'SECRET_PREFIX');
  const readText = currentTextIn(new SecretsManagerClient({ ...clientSettings(runtime, quickly), maxAttempts: 2 }));
  const credentials = forwardCredentials(
    (gatewayId) => withinMs(readWithinMs, () => readText(secretNameOf(SECRET_PREFIX, gatewayId))),
    runtime.now,
  );
  const { post } = keptConnections();
  return (target, leg) => forward({ credentials, post, limitMs: forwardWithinMs }, target, leg);
};
