import {
  CreateSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  RestoreSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { placeholder } from '../aws/secret-versions.ts';
import { StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { SecretState } from '../domain/registry-changes.ts';
import type { Dependencies } from '../wiring/dependencies.ts';

type Needs = Pick<Dependencies, 'secretsManager' | 'secrets'>;

/** The name of a gateway's secret. */
export const secretNameOf = ({ secrets }: Pick<Needs, 'secrets'>, gatewayId: GatewayId): string =>
  `${secrets.prefix}${gatewayId}`;

/** How the secret stands. `secretId` is its name, or the ARN that the record has. */
export const secretStateOf = async (needs: Needs, secretId: string): Promise<SecretState> => {
  const described = await describe(needs, secretId);
  if (!described) return 'ABSENT';
  return described.DeletedDate ? 'DELETING' : 'PRESENT';
};

/** Takes a secret back that is scheduled for deletion; of one that is not, nothing changes. */
export const restoreSecret = async ({ secretsManager }: Needs, secretId: string): Promise<void> => {
  await callSecretsManager(
    `Restoring ${secretId}`,
    secretsManager.send(new RestoreSecretCommand({ SecretId: secretId })),
  );
};

/**
 * The secret of a new gateway and the version that is current in it. An existing one is used as it is, whether an interrupted
 * run left it or an earlier registration: its value is no credential of the new record. Throws StepFailed for one without a value.
 */
export const ensureSecret = async (
  needs: Needs,
  gatewayId: GatewayId,
): Promise<{ readonly secretArn: string; readonly versionId: string }> => {
  const name = secretNameOf(needs, gatewayId);
  const described = (await describe(needs, name)) ?? (await create(needs, gatewayId, name));
  const versionId = Object.entries(described.VersionIdsToStages ?? {}).find(([, labels]) =>
    labels.includes('AWSCURRENT'),
  )?.[0];
  if (!described.ARN || !versionId)
    throw new StepFailed(
      `The secret ${name} exists and holds no value. Delete it, or put the value ${placeholder} into it; then apply gateways.json again.`,
    );
  return { secretArn: described.ARN, versionId };
};

const create = async (
  needs: Needs,
  gatewayId: GatewayId,
  name: string,
): Promise<Pick<DescribeSecretCommandOutput, 'ARN' | 'VersionIdsToStages'>> => {
  const { secretsManager, secrets } = needs;
  const created = await callSecretsManager(
    `Creating ${name}`,
    secretsManager.send(
      new CreateSecretCommand({
        Name: name,
        Description: `The credential of gateway ${gatewayId}.`,
        SecretString: placeholder,
        Tags: [{ Key: 'gateway-credential-rotation', Value: 'gateway' }],
        ...(secrets.key ? { KmsKeyId: secrets.key } : {}),
      }),
    ),
  );
  return { ARN: created?.ARN, VersionIdsToStages: { [created?.VersionId ?? '']: ['AWSCURRENT'] } };
};

const describe = ({ secretsManager }: Needs, secretId: string): Promise<DescribeSecretCommandOutput | undefined> =>
  callSecretsManager(`Looking for ${secretId}`, secretsManager.send(new DescribeSecretCommand({ SecretId: secretId })));

/** What Secrets Manager cannot do is {@link StepFailed}; a secret that does not exist is `undefined`; all else is ambiguous. */
export const callSecretsManager = async <Output>(what: string, call: Promise<Output>): Promise<Output | undefined> => {
  try {
    return await call;
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'unknown';
    if (name === 'ResourceNotFoundException') return undefined;
    if (name === 'AccessDeniedException' || name === 'InvalidRequestException' || name === 'LimitExceededException')
      throw new StepFailed(
        `${what}: Secrets Manager answered ${name}; check its permissions, its key and its limits.`,
        {
          cause,
        },
      );
    throw new TemporarilyUnavailable(`${what}: Secrets Manager answered ${name}.`, { cause });
  }
};
