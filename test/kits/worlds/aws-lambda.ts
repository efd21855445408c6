import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { kitFunctionsIn } from '../../../lambdas/aws/kit-functions.ts';
import { lambdaService } from '../../../lib/emulator/lambda/lambda.ts';
import { systemTimers } from '../../../lib/emulator/wire/timers.ts';
import { runEndpoint } from '../../emulator/endpoint/running-endpoint.ts';
import { accessTo } from '../installation.ts';
import { openSecret } from './secrets-manager.ts';
import type { KindUnderContract, World } from './world.ts';

const secrets = new SecretsManagerClient({ region: 'us-east-1' });
const other = 'marked-other-variable';

const open = async (value: string): Promise<World> => {
  const lambda = lambdaService({ region: 'us-east-1', accountId: '000000000000', timers: systemTimers });
  const running = await runEndpoint([lambda]);
  const client = new LambdaClient({ ...running.clientOptions, maxAttempts: 1 });
  lambda.configured.add({ name: 'authorizer', variables: { SHARED_SECRET: value, OTHER: other } });
  return {
    settings: { functionName: 'authorizer', variable: 'SHARED_SECRET' },
    access: accessTo(secrets, { functions: kitFunctionsIn(() => client) }).access,
    held: async () => lambda.configured.variables('authorizer')?.SHARED_SECRET,
    set: async (one) => lambda.configured.change('authorizer', { variables: { SHARED_SECRET: one, OTHER: other } }),
    secrets: [other],
    close: async () => {
      client.destroy();
      await running.close();
    },
  };
};

/** The secret that a function reads. */
const openSecretOf = async (value: string): Promise<World> => {
  const { settings, access, ...world } = await openSecret(value, 'credential');
  const { secretId, jsonKey } = settings;
  const shown = {
    revisionId: 'r',
    codeSha256: 'c',
    codeBytes: 1,
    others: '',
    variables: { OTHER: other },
    state: 'READY',
  } as const;
  return {
    ...world,
    settings: { functionName: 'authorizer', secret: { secretId, jsonKey, cacheSeconds: 300 } },
    access: { ...access, functions: { ...access.functions, show: async () => shown } },
    secrets: [other],
  };
};

export const awsLambdas: readonly KindUnderContract[] = [
  { name: 'aws-lambda', kind: 'aws-lambda', open, shows: 'value' },
  { name: 'aws-lambda with a secret', kind: 'aws-lambda', open: openSecretOf, shows: 'value' },
];
