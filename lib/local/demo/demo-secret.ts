import {
  CreateSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { type SecretUser, secretTag, tagOfKit } from '../../../lambdas/domain/secret-tag.ts';

/** The text of a secret that the demo owns; made at the first start. Its tag lets the functions in, as the owner of a real one would. */
export const ensureKitSecret = async (
  secrets: SecretsManagerClient,
  user: SecretUser,
  name: string,
  value: () => string,
): Promise<string> => {
  await secrets.send(new GetSecretValueCommand({ SecretId: name })).catch(async (error: unknown) => {
    if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
    await secrets.send(new CreateSecretCommand({ Name: name, SecretString: value() }));
  });
  await secrets.send(new TagResourceCommand({ SecretId: name, Tags: [{ Key: secretTag.key, Value: tagOfKit(user) }] }));
  return (await secrets.send(new GetSecretValueCommand({ SecretId: name }))).SecretString ?? '';
};
