import { CreateSecretCommand, GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import type { Deployment } from '../../lib/local/deployment.ts';
import { arnOf, configWith, distributionConfig, distributionId, filesOf, program, zipOf } from '../kits/edge.ts';
import type { Held } from './kits-elsewhere.ts';
import { tagOfKits } from './system.ts';

const none = 'none yet';
const [secretId, parameterName] = ['kits/service', '/kits/service/credential'];

/** One kit of each kind that is in the account of the deployment: its settings. */
export const settingsInAws = {
  'aws-lambda': { functionName: 'authorizer', variable: 'SHARED_SECRET', authorizerTtlSeconds: 1 },
  'aws-lambda-edge': {
    ...{ functionName: 'edge-kit', distributionId, file: 'config.json', jsonPointer: '/pingone/sharedSecret' },
    propagationSeconds: 1,
  },
  'secrets-manager': { secretId, propagationSeconds: 1 },
  'ssm-parameter': { parameterName, propagationSeconds: 1 },
};

/** Puts what these kits are into the account. */
export const openKitsInAws = async ({ cloud, secretsManager }: Deployment) => {
  const { functions, distributions } = cloud.others;
  const ssm = new SSMClient(clientSettings({ environment: cloud.operator }));
  await ssm.send(
    new PutParameterCommand({ Name: parameterName, Value: none, Type: 'SecureString', Tags: [tagOfKits] }),
  );
  await secretsManager.send(new CreateSecretCommand({ Name: secretId, SecretString: none, Tags: [tagOfKits] }));
  functions.add({ name: 'authorizer', variables: { SHARED_SECRET: none } });
  const packageWith = (value: string) => zipOf({ 'index.js': program, 'config.json': configWith(value) });
  functions.add({ name: 'edge-kit', variables: {}, zip: await packageWith(none) });
  const serve = (version: string): void =>
    distributions.put(distributionId, distributionConfig([['viewer-request', arnOf(version)]]));
  serve(functions.publish('edge-kit'));
  const served = (): string | undefined => /function:edge-kit:(\d+)</.exec(distributions.config(distributionId))?.[1];

  const kits: { readonly [Kind in keyof typeof settingsInAws]: Held } = {
    'aws-lambda': {
      held: async () => functions.variables('authorizer')?.SHARED_SECRET,
      set: async (value) => functions.change('authorizer', { variables: { SHARED_SECRET: value } }),
    },
    'aws-lambda-edge': {
      held: async () => {
        const files = await filesOf(functions.code('edge-kit', served()));
        return JSON.parse(files['config.json'] ?? '').pingone.sharedSecret;
      },
      set: async (value) => {
        functions.change('edge-kit', { code: await packageWith(value) });
        serve(functions.publish('edge-kit'));
      },
    },
    'secrets-manager': {
      held: async () => (await secretsManager.send(new GetSecretValueCommand({ SecretId: secretId }))).SecretString,
      set: async (value) => {
        await secretsManager.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: value }));
      },
    },
    'ssm-parameter': {
      held: async () =>
        (await ssm.send(new GetParameterCommand({ Name: parameterName, WithDecryption: true }))).Parameter?.Value,
      set: async (Value) => {
        await ssm.send(new PutParameterCommand({ Name: parameterName, Value, Overwrite: true }));
      },
    },
  };
  return { kits, close: () => ssm.destroy() };
};
