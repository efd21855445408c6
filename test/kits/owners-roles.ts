import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { kitParametersIn } from '../../lambdas/aws/kit-parameters.ts';
import { kitSecretsByRole } from '../../lambdas/aws/kit-secrets-by-role.ts';
import { assumeRoleBy } from '../../lambdas/aws/owners-role.ts';
import { createSecretsManager } from '../../lib/emulator/secrets-manager/secrets-manager.ts';
import { parameterCalls } from '../../lib/emulator/ssm/parameters.ts';
import { createSsm } from '../../lib/emulator/ssm/ssm.ts';
import { createSts } from '../../lib/emulator/sts/sts.ts';
import { inMemory } from '../../lib/emulator/wire/persistence.ts';
import { AwsError } from '../../lib/emulator/wire/service.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { accessTo, ids } from './installation.ts';

/** The account of another team, as far as this machine plays one: secrets, parameters, and a role that lets us in. */
export const runWithRoles = async () => {
  const asked: Record<string, unknown>[] = [];
  const calls: string[] = [];
  const refused = new Set<string>();
  const arnOf = (name: string) => (name.startsWith('arn:') ? name : `arn:aws:iam::000000000000:user/${name}`);
  const running = await runEndpoint(
    ({ newSession }) => [
      createSts({ arnOf, newSession, clock: Date.now }),
      createSecretsManager({
        persistence: inMemory(),
        clock: Date.now,
        canInvoke: async () => false,
        invokeFunction: async () => undefined,
        report: () => undefined,
      }),
      createSsm(parameterCalls({ persistence: inMemory(), clock: Date.now, callerArn: arnOf })),
    ],
    Date.now,
    ({ caller, operation }) => calls.push(`${caller.split('/').slice(1).join('/') || caller} ${operation}`),
    async (_caller, service, operation, input) => {
      if (service === 'sts') asked.push(input);
      if (refused.has(operation))
        throw new AwsError(service === 'sts' ? 'AccessDenied' : 'AccessDeniedException', 'no', 403);
    },
  );
  const { clientOptions } = running;
  const secrets = new SecretsManagerClient(clientOptions);
  const ssm = new SSMClient(clientOptions);
  const assume = assumeRoleBy(() => new STSClient(clientOptions));
  const openSsm: Parameters<typeof kitParametersIn>[0]['open'] = (sdk, by) =>
    new sdk.SSMClient({ ...clientOptions, ...by });
  const { access } = accessTo(secrets, {
    secretsByRole: kitSecretsByRole({ assume, open: (by) => new SecretsManagerClient({ ...clientOptions, ...by }) })(
      ids,
    ),
    parameters: kitParametersIn({ assume, open: openSsm })(ids),
  });
  return {
    access,
    secrets,
    ssm,
    /** What STS was asked for. */
    asked,
    /** Who called what. */
    calls,
    /** The operations that are refused from now on. */
    refused,
    close: async () => {
      secrets.destroy();
      ssm.destroy();
      await running.close();
    },
  };
};
export type WithRoles = Awaited<ReturnType<typeof runWithRoles>>;
