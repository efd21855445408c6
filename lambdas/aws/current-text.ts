import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { StepFailed } from '../domain/failure.ts';
import { callAws, ifPresent, services } from './sdk-errors.ts';

/** What a secret of a gateway holds under AWSCURRENT. Throws StepFailed when there is none, and TemporarilyUnavailable. */
export const currentTextIn =
  (secretsManager: SecretsManagerClient) =>
  async (secretId: string): Promise<string> => {
    const send = secretsManager.send(new GetSecretValueCommand({ SecretId: secretId }));
    const found = await ifPresent(callAws(services.secretsManager, `Reading secret ${secretId}`, send));
    if (found?.SecretString === undefined) throw new StepFailed(`Secret ${secretId} is not there or holds no text.`);
    return found.SecretString;
  };
