import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { KitCallFailed } from '../domain/kit-call-failed.ts';
import { endsTagKey } from '../domain/own-keys.ts';
import { letsUse, type SecretUser, secretTag } from '../domain/secret-tag.ts';
import type { KitSecrets } from '../ports.ts';
import { callForKit } from './sdk-errors.ts';

/**
 * The secrets in Secrets Manager that one kit may use. Each call looks at the tag first and then goes to the very secret that
 * carries it: a role may use the secrets of all kits, so that IAM alone does not keep those of one from another.
 */
export const kitSecretsIn =
  (secretsManager: SecretsManagerClient) =>
  (user: SecretUser): KitSecrets => {
    const given = async (SecretId: string, signal: AbortSignal) => {
      const describe = secretsManager.send(new DescribeSecretCommand({ SecretId }), { abortSignal: signal });
      const found = await callForKit(describe, signal).catch((error: unknown) => {
        // A role is let in by the tag, so that one that is missing, or a secret that is, may look like this as well.
        if (error instanceof KitCallFailed && error.problem === 'ACCESS_DENIED') return undefined;
        throw error;
      });
      const tag = found?.Tags?.find(({ Key }) => Key === secretTag.key)?.Value;
      if (!found?.ARN || !letsUse(tag, user)) throw new KitCallFailed('NOT_GIVEN', 'not there, or not tagged for it');
      const endsTag = found.Tags?.find(({ Key }) => Key === endsTagKey)?.Value;
      return { SecretId: found.ARN, endsTag, rotatesAtMs: found.NextRotationDate?.getTime() };
    };
    const read: KitSecrets['read'] = async (secretId, signal) => {
      const { SecretId, ...shown } = await given(secretId, signal);
      const get = secretsManager.send(new GetSecretValueCommand({ SecretId }), { abortSignal: signal });
      const found = await callForKit(get, signal);
      if (!found) return undefined;
      const { ARN: arn, VersionId: versionId, SecretString: text, CreatedDate: created } = found;
      return { arn, versionId, text, createdAtMs: created?.getTime(), ...shown };
    };
    return {
      readText: async (secretId, signal) => (await read(secretId, signal))?.text ?? '',
      read,
      write: async (secretId, versionId, text, signal) => {
        const { SecretId } = await given(secretId, signal);
        const put = new PutSecretValueCommand({ SecretId, ClientRequestToken: versionId, SecretString: text });
        if ((await callForKit(secretsManager.send(put, { abortSignal: signal }), signal)) === undefined)
          throw new KitCallFailed('NOT_GIVEN', 'not there any more');
      },
    };
  };
