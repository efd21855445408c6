import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SecretGone, TemporarilyUnavailable } from '../domain/failure.ts';
import { liveLabel, readSecretText, secretText } from '../domain/secret-text.ts';
import type { SecretVersions } from '../ports.ts';
import { type NewSecrets, reopenIn } from './reopen-secret.ts';
import { callAws, ifPresent, services, unlessLost } from './sdk-errors.ts';
import { labelMovesIn } from './secret-labels.ts';

/** The versions of the gateways' secrets in Secrets Manager; `anew` is how one is made that is gone. */
export const secretVersionsIn = (secretsManager: SecretsManagerClient, anew?: NewSecrets): SecretVersions => {
  const call = <Output>(what: string, made: Promise<Output>): Promise<Output> =>
    callAws(services.secretsManager, what, made);

  const describe: SecretVersions['describe'] = async (secretId) => {
    const send = secretsManager.send(new DescribeSecretCommand({ SecretId: secretId }));
    const found = await ifPresent(call('Reading the labels of the gateway secret', send));
    if (!found) throw new SecretGone('The secret of the gateway is gone: run the command recover.');
    const labels = new Map(Object.entries(found.VersionIdsToStages ?? {}));
    const { ARN: arn = '', Name: name = '', RotationEnabled: rotates = false, NextRotationDate: next } = found;
    const isBeingDeleted = found.DeletedDate !== undefined;
    return { arn, name, rotates, isBeingDeleted, ...(next ? { nextRotationAtMs: next.getTime() } : {}), labels };
  };

  const readVersion: SecretVersions['readVersion'] = async (secretArn, versionId) => {
    const send = secretsManager.send(new GetSecretValueCommand({ SecretId: secretArn, VersionId: versionId }));
    const found = await ifPresent(call('Reading a version of the gateway secret', send));
    return found?.SecretString === undefined ? undefined : readSecretText(found.SecretString, versionId);
  };

  return {
    describe,
    reopen: reopenIn(secretsManager, describe, anew),
    readVersion,
    putOnce: async (secretArn, versionId, minted, rotation) => {
      const put = new PutSecretValueCommand({
        SecretId: secretArn,
        ClientRequestToken: versionId,
        SecretString: secretText(minted),
        VersionStages: [...(rotation ? ['AWSPENDING'] : []), liveLabel(minted.credentialId)],
        ...(rotation?.rotationToken ? { RotationToken: rotation.rotationToken } : {}),
      });
      // Another run may have put its value under this version id first: a version is immutable, so what it holds is the one.
      await ifPresent(unlessLost(call('Putting the new value', secretsManager.send(put))));
      const stored = await readVersion(secretArn, versionId);
      if (!stored) throw new TemporarilyUnavailable('The new version of the gateway secret cannot be read yet.');
      return stored;
    },
    ...labelMovesIn(secretsManager, describe),
  };
};
