import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { builtin } from '../../lambdas/authorities/builtin.ts';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { GatewayId, KitId, RotationId } from '../../lambdas/domain/ids.ts';
import { defaultPolicy } from '../../lambdas/domain/policy.ts';
import type { RegisteredKit, SecretVersions } from '../../lambdas/ports.ts';
import { createSecretsManager } from '../../lib/emulator/secrets-manager/secrets-manager.ts';
import { inMemory } from '../../lib/emulator/wire/persistence.ts';
import { elsewhere, optionsFor } from '../conformance/target.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { noPingOne, storedIn } from '../support/no-pingone.ts';

/**
 * DynamoDB and Secrets Manager of the local deployment, or of the implementation that this run asks, with one empty table,
 * and clients for them; rotation functions on request.
 */
export const openEmulated = async (rotations: { canInvoke: boolean } = { canInvoke: false }) => {
  const secrets = createSecretsManager({
    persistence: inMemory(),
    clock: Date.now,
    canInvoke: async () => rotations.canInvoke,
    invokeFunction: async () => undefined,
    report: () => undefined,
  });
  const place = elsewhere
    ? { clientOptions: optionsFor(elsewhere), close: async () => undefined }
    : await runEndpoint([secrets]);
  const { maxAttempts: _, ...settings } = place.clientOptions;
  const TableName = `table-${randomUUID()}`;
  const dynamodb = new DynamoDBClient(settings);
  const secretsManager = new SecretsManagerClient(settings);
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  const key = (AttributeName: string, KeyType: 'HASH' | 'RANGE') => ({ AttributeName, KeyType });
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [text('pk'), text('sk'), text('list')],
      KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-list',
          KeySchema: [key('list', 'HASH'), key('sk', 'RANGE')],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  const close = async () => {
    dynamodb.destroy();
    secretsManager.destroy();
    await place.close();
  };
  return { dynamodb, secretsManager, close, settings, table: TableName };
};

export const gateway = (gatewayId: string): Gateway => ({
  gatewayId: gatewayId as GatewayId,
  revision: 1,
  transitionRevision: 1,
  writtenAtMs: 0,
  decision: { kind: 'allow-all' },
  policy: defaultPolicy,
  secretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:gateway-credential/orders-abcdef',
  shardCount: 2,
  live: [],
  revoked: [],
  currentVersionId: '00000000-0000-4000-8000-000000000000',
  generation: 0,
  ended: [],
  presses: [],
  outbox: [],
});

export const kit = (kitId: string): RegisteredKit => ({
  gatewayId: 'orders' as GatewayId,
  kitId: kitId as KitId,
  kind: 'manual',
  owner: 'team-orders',
  traits: { installedBy: 'owner', readBackProves: 'nothing', propagationSeconds: 0 },
  lookBackSeconds: 60,
  settings: {},
  registeredAtMs: 1_000,
});

/** A credential of the builtin authority under a version id, in the secret of any gateway. */
export const mintIn = (
  secretVersions: SecretVersions,
  secretArn: string,
  versionId: string,
  rotation?: { readonly rotationToken: string | undefined },
) =>
  builtin
    .mint(
      { secretVersions, pingOne: noPingOne, now: () => 1, log: () => undefined },
      { ...gateway('orders'), secretArn },
      { rotationId: versionId as RotationId, versionId, ...(rotation ? { rotation } : {}), journal: noJournal },
    )
    .then(storedIn);

const unwritten = async (): Promise<never> => {
  throw new Error('The builtin authority writes no intent: making a value leaves nothing behind.');
};
/** Where the builtin authority writes nothing. */
export const noJournal = { write: unwritten, discard: unwritten };

/** Everything an async generator yields. */
export const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};
