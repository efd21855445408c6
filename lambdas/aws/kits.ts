import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { shardOf } from '../domain/gateway.ts';
import type { GatewayId, KitId } from '../domain/ids.ts';
import type { Acknowledgement, Kit, KitWork } from '../domain/kit.ts';
import { ConditionLost, callDynamoDb, queryItems } from './dynamodb.ts';

/** What the registry says of a kit; the rest of the item is the state of its distribution. */
export type RegisteredKit = Omit<Kit, 'work' | 'acknowledged'>;

/** The kits of the gateways, kept by `gatewayId#shard`. */
export type Kits = {
  /** Every kit of a shard that is not retired, strongly consistent; copies left by a change of the shard count are passed over. */
  ofShard(gatewayId: GatewayId, shard: number, shardCount: number): AsyncGenerator<Kit>;
  /** Every kit of the gateway, retired ones too. */
  all(gatewayId: GatewayId, shardCount: number): AsyncGenerator<Kit>;
  /** Adds or updates what the registry says; the state of distribution stays. */
  save(kit: RegisteredKit, shardCount: number): Promise<void>;
  /** Saves the state of distribution unless a later generation has written; false when it has (a pre-empted run's write). */
  saveWork(kit: Kit, work: KitWork, shardCount: number): Promise<boolean>;
  /** Saves an acknowledgement; false when the kit is not registered. */
  acknowledge(gatewayId: GatewayId, kitId: KitId, acknowledged: Acknowledgement, shardCount: number): Promise<boolean>;
};

/** gen 7 writes, gen 8 begins, gen 7's late write: refused. Equal generations are retries of one run. */
const notFromThePast = 'attribute_exists(pk) AND (attribute_not_exists(generation) OR generation <= :generation)';
/** Only kits that are registered are acknowledged. */
const isRegistered = 'attribute_exists(pk)';

export const kitsIn = (dynamodb: DynamoDBClient, table: string): Kits => {
  const key = (gatewayId: GatewayId, kitId: KitId, shardCount: number) => ({
    pk: { S: `KITS#${gatewayId}#${shardOf(kitId, shardCount)}` },
    sk: { S: kitId },
  });
  const inShard = async function* (gatewayId: GatewayId, shard: number, shardCount: number): AsyncGenerator<Kit> {
    const items = queryItems(dynamodb, `Reading the kits of gateway ${gatewayId}`, {
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `KITS#${gatewayId}#${shard}` } },
      ConsistentRead: true,
    });
    for await (const item of items) {
      const kit = JSON.parse(item.kit?.S ?? '{}') as RegisteredKit;
      if (shardOf(kit.kitId, shardCount) !== shard) continue;
      yield {
        ...kit,
        ...(item.work?.S ? { work: JSON.parse(item.work.S) as KitWork } : {}),
        ...(item.acknowledged?.S ? { acknowledged: JSON.parse(item.acknowledged.S) as Acknowledgement } : {}),
      };
    }
  };
  /** True when the write went through, false when its condition did not hold. */
  const update = async (what: string, command: UpdateItemCommand): Promise<boolean> => {
    try {
      await callDynamoDb(what, dynamodb.send(command));
      return true;
    } catch (error) {
      if (error instanceof ConditionLost) return false;
      throw error;
    }
  };

  return {
    ofShard: async function* (gatewayId, shard, shardCount) {
      for await (const kit of inShard(gatewayId, shard, shardCount)) if (kit.retiredAtMs === undefined) yield kit;
    },
    all: async function* (gatewayId, shardCount) {
      for (let shard = 0; shard < shardCount; shard++) yield* inShard(gatewayId, shard, shardCount);
    },
    save: async (kit, shardCount) => {
      await callDynamoDb(
        `Saving kit ${kit.kitId}`,
        dynamodb.send(
          new UpdateItemCommand({
            TableName: table,
            Key: key(kit.gatewayId, kit.kitId, shardCount),
            UpdateExpression: 'SET kit = :kit',
            ExpressionAttributeValues: { ':kit': { S: JSON.stringify(kit) } },
          }),
        ),
      );
    },
    saveWork: (kit, work, shardCount) =>
      update(
        `Saving the distribution to kit ${kit.kitId}`,
        new UpdateItemCommand({
          TableName: table,
          Key: key(kit.gatewayId, kit.kitId, shardCount),
          UpdateExpression: 'SET #work = :work, generation = :generation, rotationId = :rotationId',
          ConditionExpression: notFromThePast,
          ExpressionAttributeNames: { '#work': 'work' },
          ExpressionAttributeValues: {
            ':work': { S: JSON.stringify(work) },
            ':generation': { N: `${work.generation}` },
            ':rotationId': { S: work.rotationId },
          },
        }),
      ),
    acknowledge: (gatewayId, kitId, acknowledged, shardCount) =>
      update(
        `Acknowledging kit ${kitId}`,
        new UpdateItemCommand({
          TableName: table,
          Key: key(gatewayId, kitId, shardCount),
          UpdateExpression: 'SET acknowledged = :acknowledged',
          ConditionExpression: isRegistered,
          ExpressionAttributeValues: { ':acknowledged': { S: JSON.stringify(acknowledged) } },
        }),
      ),
  };
};
