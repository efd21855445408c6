import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { StepFailed } from '../domain/failure.ts';
import { secretNameOf } from '../domain/secret-name.ts';
import type { SecretVersions } from '../ports.ts';
import { gatewaySecretsIn } from './gateway-secrets.ts';

/** How secrets of gateways are made: what their names begin with in this deployment, and the key that encrypts them (without one, AWS's own). */
export type NewSecrets = { readonly prefix: string; readonly key?: string | undefined };

/**
 * Finds the secret by its ARN or by the name that this deployment gives it, or makes it under that name, and takes it back
 * if it is being deleted. A function that is not told how secrets are made finds it by its ARN or throws StepFailed.
 */
export const reopenIn = (
  secretsManager: SecretsManagerClient,
  describe: SecretVersions['describe'],
  anew: NewSecrets | undefined,
): SecretVersions['reopen'] => {
  const secrets = gatewaySecretsIn(secretsManager, { rotationFunction: '', ...(anew?.key ? { key: anew.key } : {}) });
  return async (secretArn, gatewayId) => {
    const findOrCreate = async () => {
      if (!anew)
        throw new StepFailed(
          `The secret of gateway ${gatewayId} is gone, and this function may make none: use Operate.`,
        );
      const name = secretNameOf(anew.prefix, gatewayId);
      return (await secrets.find(name)) ?? (await secrets.create(name, gatewayId));
    };
    const found = (await secrets.find(secretArn)) ?? (await findOrCreate());
    if (found.isBeingDeleted) await secrets.restore(found.arn);
    return describe(found.arn);
  };
};
