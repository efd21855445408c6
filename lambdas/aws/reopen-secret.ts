import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretVersions } from '../ports.ts';
import { gatewaySecretsIn } from './gateway-secrets.ts';

/** The name in the ARN of a secret: without the six characters that tell it from another of the same name. */
const nameIn = (secretArn: string): string => secretArn.split(':secret:').at(-1)?.slice(0, -7) ?? '';

/** Finds the secret by its ARN or its name, or makes it, and takes it back if it is being deleted. */
export const reopenIn = (
  secretsManager: SecretsManagerClient,
  describe: SecretVersions['describe'],
  key: string | undefined,
): SecretVersions['reopen'] => {
  const secrets = gatewaySecretsIn(secretsManager, { rotationFunction: '', ...(key ? { key } : {}) });
  return async (secretArn, gatewayId) => {
    const name = nameIn(secretArn);
    const found =
      (await secrets.find(secretArn)) ?? (await secrets.find(name)) ?? (await secrets.create(name, gatewayId));
    if (found.isBeingDeleted) await secrets.restore(found.arn);
    return describe(found.arn);
  };
};
