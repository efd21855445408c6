import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { readGateway } from '../../../lambdas/aws/gateway-item.ts';
import { replaceRecord } from '../../../lambdas/aws/replace-record.ts';
import { itemCallsOf } from '../../../lambdas/aws/sdk-item-calls.ts';
import type { By } from '../../../lambdas/domain/decision.ts';
import type { Gateway } from '../../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../../lambdas/domain/ids.ts';
import { moved } from '../../../lambdas/domain/move-record.ts';
import { secretNameOf } from '../../../lambdas/domain/secret-name.ts';
import { secretTag } from '../../../lambdas/domain/secret-tag.ts';
import { boundedMap } from '../../../lambdas/runtime/bounded-map.ts';
import type { ClientSettings } from '../../../lambdas/runtime/client-settings.ts';
import { MoveRefused } from './move-refused.ts';
import type { MovingGateway, MovingVersion } from './what-moves.ts';

/** How the other deployment is reached: with the credentials of whoever moves; without an endpoint it is AWS. */
export type TargetSettings = {
  readonly stackName: string;
  readonly settings: Partial<Pick<ClientSettings, 'region' | 'endpoint' | 'credentials'>>;
};

/** The deployment that gateways are moved to. */
export type Target = {
  /** The id of its stack. */
  readonly id: string;
  readonly policyCheckUrl: string;
  /** Who moves, as AWS knows him. */
  caller(): Promise<string>;
  gateway(gatewayId: GatewayId): Promise<Gateway | undefined>;
  /**
   * Writes one gateway: its secret, its kits, history and use, and its record last, so that it is there whole or not at all for
   * everybody who asks. Run again after a failure it goes on. Throws {@link MoveRefused} when another one is there.
   */
  write(moving: MovingGateway, evidencePublicKey: string, by: By, nowMs: number): Promise<void>;
  close(): void;
};

/** So many items are written at a time: a new table takes 4,000 a second. */
const atOnce = 20;

/** Why the stack could not be asked for, and what to do. */
const unreachable = (stackName: string, cause: unknown): MoveRefused => {
  const name = cause instanceof Error ? cause.name : 'unknown';
  const why =
    name === 'ValidationError'
      ? `There is no stack ${stackName}: deploy it first, with a gateways.json that does not have these gateways yet, or give --stack and --region.`
      : /^(Credentials|Token)ProviderError$/.test(name)
        ? 'There are no AWS credentials: set AWS_PROFILE, or run "aws sso login".'
        : `The stack ${stackName} could not be asked for (${name}): see to your AWS credentials, --region, and the right to describe it.`;
  return new MoveRefused(`${why} Nothing was moved.`, { cause });
};

/** Connects to the stack. Throws {@link MoveRefused} for one that is not there, or of a version that lacks what is needed. */
export const targetOf = async ({ stackName, settings }: TargetSettings): Promise<Target> => {
  const cloudFormation = new CloudFormationClient(settings);
  const { Stacks = [] } = await cloudFormation
    .send(new DescribeStacksCommand({ StackName: stackName }))
    .catch((cause: unknown) => Promise.reject(unreachable(stackName, cause)));
  const [stack] = Stacks;
  const outputs = new Map(stack?.Outputs?.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  const output = (name: string): string => {
    const value = outputs.get(name);
    if (value === undefined)
      throw new MoveRefused(`Stack ${stackName} has no output ${name}: deploy it with this version first.`);
    return value;
  };
  const [gatewaysTable, useTable, prefix] = [output('GatewaysTable'), output('UseTable'), output('SecretPrefix')];
  const key = settings.endpoint === undefined ? output('SecretsKeyArn') : undefined; // one machine encrypts with none
  const dynamodb = new DynamoDBClient(settings);
  const secretsManager = new SecretsManagerClient(settings);
  const sts = new STSClient(settings);

  /** Each version under its own id, so that the record stays as it is; a value that is there already is the same one, or refused. */
  const writeSecret = async (gatewayId: GatewayId, versions: readonly MovingVersion[]): Promise<string> => {
    const [current, ...others] = versions.toSorted((one) => (one.labels.includes('AWSCURRENT') ? -1 : 1));
    if (!current?.labels.includes('AWSCURRENT'))
      throw new MoveRefused(
        `Gateway ${gatewayId}: its secret has no current value. Run the command recover, then move.`,
      );
    const { ARN: arn = '' } = await secretsManager.send(
      new CreateSecretCommand({
        Name: secretNameOf(prefix, gatewayId),
        Description: `The credential of gateway ${gatewayId}.`,
        ClientRequestToken: current.versionId,
        SecretString: current.value,
        Tags: [{ Key: secretTag.key, Value: secretTag.ofGateway }],
        ...(key === undefined ? {} : { KmsKeyId: key }),
      }),
    );
    for (const { versionId, labels, value } of others)
      await secretsManager.send(
        new PutSecretValueCommand({
          SecretId: arn,
          ClientRequestToken: versionId,
          SecretString: value,
          VersionStages: [...labels],
        }),
      );
    for (const VersionStage of current.labels.filter((label) => label !== 'AWSCURRENT'))
      await secretsManager.send(
        new UpdateSecretVersionStageCommand({ SecretId: arn, VersionStage, MoveToVersionId: current.versionId }),
      );
    return arn;
  };

  return {
    id: stack?.StackId ?? stackName,
    policyCheckUrl: output('PolicyCheckUrl'),
    caller: async () => (await sts.send(new GetCallerIdentityCommand({}))).Arn ?? 'unknown',
    gateway: (gatewayId) => readGateway(itemCallsOf(dynamodb), gatewaysTable, gatewayId),
    write: async ({ gateway, items, uses, versions }, evidencePublicKey, by, nowMs) => {
      const { gatewayId } = gateway;
      const secretArn = await writeSecret(gatewayId, versions).catch((cause: unknown) => {
        if (!(cause instanceof Error && cause.name === 'ResourceExistsException')) throw cause;
        throw new MoveRefused(
          `Gateway ${gatewayId}: the other deployment has a secret ${secretNameOf(prefix, gatewayId)} with another value. Is it in use there? Delete it without recovery if it is not, and move again.`,
          { cause },
        );
      });
      await boundedMap(items, atOnce, (Item) => dynamodb.send(new PutItemCommand({ TableName: gatewaysTable, Item })));
      await boundedMap(uses, atOnce, (Item) => dynamodb.send(new PutItemCommand({ TableName: useTable, Item })));
      const record = moved(gateway, { secretArn, evidencePublicKey }, by, nowMs);
      if (!(await replaceRecord(dynamodb, gatewaysTable, record, undefined)))
        throw new MoveRefused(`Gateway ${gatewayId} was registered in the other deployment meanwhile.`);
    },
    close: () => {
      for (const client of [cloudFormation, dynamodb, secretsManager, sts]) client.destroy();
    },
  };
};
