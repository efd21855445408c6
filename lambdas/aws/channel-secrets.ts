import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { KitCallFailed } from '../domain/kit-call-failed.ts';
import { letsChannelUse, secretTag } from '../domain/secret-tag.ts';
import type { ChannelSecret } from '../ports.ts';
import { callForKit } from './sdk-errors.ts';

/**
 * The secrets of channels. The tag is looked at first, and then that very secret is read: a role may read those of all
 * channels, so that IAM alone does not keep one from another.
 */
export const channelSecretsIn =
  (secretsManager: SecretsManagerClient): ChannelSecret =>
  async (channel, SecretId, abortSignal) => {
    const sent = { abortSignal };
    const described = await callForKit(secretsManager.send(new DescribeSecretCommand({ SecretId }), sent), abortSignal);
    const tag = described?.Tags?.find(({ Key }) => Key === secretTag.key)?.Value;
    if (!described?.ARN || !letsChannelUse(tag, channel))
      throw new KitCallFailed('NOT_GIVEN', 'not there, or not tagged for it');
    const get = new GetSecretValueCommand({ SecretId: described.ARN });
    const found = await callForKit(secretsManager.send(get, sent), abortSignal);
    return found?.SecretString ?? '';
  };
