import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { StepFailed } from '../domain/failure.ts';
import type { KitSecrets } from '../ports.ts';
import { callAws, callForKit, ifPresent, services } from './sdk-errors.ts';

/** The secrets in Secrets Manager that settings of kits name. */
export const kitSecretsIn = (secretsManager: SecretsManagerClient): KitSecrets => ({
  readText: async (secretId) => {
    const send = secretsManager.send(new GetSecretValueCommand({ SecretId: secretId }));
    const found = await ifPresent(callAws(services.secretsManager, `Reading secret ${secretId}`, send));
    if (found?.SecretString === undefined) throw new StepFailed(`Secret ${secretId} does not exist or holds no text.`);
    return found.SecretString;
  },
  read: async (secretId, signal) => {
    const get = new GetSecretValueCommand({ SecretId: secretId });
    const found = await callForKit(secretsManager.send(get, { abortSignal: signal }), signal);
    return found && { arn: found.ARN, versionId: found.VersionId, text: found.SecretString };
  },
  write: async (secretId, versionId, text, signal) => {
    const put = new PutSecretValueCommand({ SecretId: secretId, ClientRequestToken: versionId, SecretString: text });
    return (await callForKit(secretsManager.send(put, { abortSignal: signal }), signal)) !== undefined;
  },
});
