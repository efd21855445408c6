import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { StepFailed } from '../domain/failure.ts';
import { secretTag } from '../domain/secret-tag.ts';
import { placeholder } from '../domain/secret-text.ts';
import type { GatewaySecrets, ScheduleChange } from '../ports.ts';
import { callAws, ifPresent, services } from './sdk-errors.ts';

/** The key that new secrets are encrypted with (without one, AWS's own), and the ARN of the function that Secrets Manager rotates them with. */
export type GatewaySecretSettings = { readonly key?: string; readonly rotationFunction: string };

/** The gateways' secrets in Secrets Manager. */
export const gatewaySecretsIn = (
  secretsManager: SecretsManagerClient,
  { key, rotationFunction }: GatewaySecretSettings,
): GatewaySecrets => {
  const call = <Output>(what: string, made: Promise<Output>): Promise<Output | undefined> =>
    ifPresent(callAws(services.secretsManager, what, made));

  return {
    find: async (SecretId) => {
      const found = await call(`Looking for ${SecretId}`, secretsManager.send(new DescribeSecretCommand({ SecretId })));
      if (!found) return undefined;
      const { ScheduleExpression: expression, Duration: duration } = found.RotationRules ?? {};
      const currentVersionId = Object.entries(found.VersionIdsToStages ?? {}).find(([, labels]) =>
        labels.includes('AWSCURRENT'),
      )?.[0];
      const isOurs = found.RotationLambdaARN === rotationFunction;
      return {
        arn: found.ARN ?? '',
        isBeingDeleted: found.DeletedDate !== undefined,
        ...(currentVersionId ? { currentVersionId } : {}),
        rotates: found.RotationEnabled ?? false,
        ...(expression ? { schedule: { expression, ...(duration ? { duration } : {}), isOurs } } : {}),
      };
    },
    create: async (name, gatewayId) => {
      const create = new CreateSecretCommand({
        Name: name,
        Description: `The credential of gateway ${gatewayId}.`,
        SecretString: placeholder,
        Tags: [{ Key: secretTag.key, Value: secretTag.ofGateway }],
        ...(key ? { KmsKeyId: key } : {}),
      });
      const created = await call(`Creating ${name}`, secretsManager.send(create));
      return {
        arn: created?.ARN ?? '',
        isBeingDeleted: false,
        ...(created?.VersionId ? { currentVersionId: created.VersionId } : {}),
        rotates: false,
      };
    },
    restore: async (SecretId) => {
      await call(`Restoring ${SecretId}`, secretsManager.send(new RestoreSecretCommand({ SecretId })));
    },
    setSchedule: (SecretId, { expression, duration }) => {
      const rotate = new RotateSecretCommand({
        SecretId,
        RotationLambdaARN: rotationFunction,
        RotationRules: { ScheduleExpression: expression, ...(duration ? { Duration: duration } : {}) },
        RotateImmediately: false,
      });
      return changed(call(`Scheduling ${SecretId}`, secretsManager.send(rotate)));
    },
    clearSchedule: (SecretId) => {
      const cancel = new CancelRotateSecretCommand({ SecretId });
      return changed(call(`Ending the schedule of ${SecretId}`, secretsManager.send(cancel)));
    },
  };
};

const changed = async (change: Promise<unknown>): Promise<ScheduleChange> => {
  try {
    await change;
    return 'CHANGED';
  } catch (error) {
    const isUnfinished =
      error instanceof StepFailed && error.cause instanceof Error && error.cause.name === 'InvalidRequestException';
    if (isUnfinished) return 'ROTATION_UNFINISHED';
    throw error;
  }
};
