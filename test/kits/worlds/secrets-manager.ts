import { CreateSecretCommand, GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { runSecretsManager } from '../../emulator/secrets-manager/running-secrets-manager.ts';
import { accessTo } from '../installation.ts';
import { runWithRoles } from '../owners-roles.ts';
import type { KindUnderContract, World } from './world.ts';

const secretId = 'kits/edge-1';

/** A secret of the kit that holds the value as its text, or under a key of JSON. */
export const openSecret = async (value: string, jsonKey?: string): Promise<World> => {
  const running = await runSecretsManager();
  const textOf = (one: string) => (jsonKey ? JSON.stringify({ other: 'stays', [jsonKey]: one }) : one);
  await running.client.send(
    new CreateSecretCommand({
      Name: secretId,
      SecretString: textOf(value),
      Tags: [{ Key: 'gateway-credential-rotation', Value: 'orders/edge-1' }],
    }),
  );
  return {
    settings: { secretId, propagationSeconds: 60, ...(jsonKey ? { jsonKey } : {}) },
    access: accessTo(running.client).access,
    held: async () => {
      const { SecretString = '' } = await running.client.send(new GetSecretValueCommand({ SecretId: secretId }));
      return jsonKey ? JSON.parse(SecretString)[jsonKey] : SecretString;
    },
    set: async (one) => {
      await running.client.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: textOf(one) }));
    },
    secrets: [],
    close: running.close,
  };
};

/** The same by a role of its owner, with the credential before kept beside. */
const openByRole = async (value: string): Promise<World> => {
  const { access, secrets, close } = await runWithRoles();
  const textOf = (one: string) => JSON.stringify({ other: 'stays', credential: one });
  const { ARN } = await secrets.send(
    new CreateSecretCommand({
      Name: secretId,
      SecretString: textOf(value),
      Tags: [{ Key: 'gateway-credential-rotation', Value: 'orders/edge-1' }],
    }),
  );
  return {
    settings: {
      ...{ secretId: ARN, jsonKey: 'credential', previousKey: 'previous', propagationSeconds: 300 },
      roleArn: 'arn:aws:iam::444455556666:role/rotation',
    },
    access,
    held: async () => {
      const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
      return JSON.parse(SecretString).credential;
    },
    set: async (one) => {
      await secrets.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: textOf(one) }));
    },
    secrets: [],
    close,
  };
};

export const secretsManagers: readonly KindUnderContract[] = [
  { name: 'secrets-manager', kind: 'secrets-manager', open: (value) => openSecret(value), shows: 'value' },
  {
    name: 'secrets-manager with a key',
    kind: 'secrets-manager',
    open: (value) => openSecret(value, 'credential'),
    shows: 'value',
  },
  { name: 'secrets-manager of another account', kind: 'secrets-manager', open: openByRole, shows: 'value' },
];
