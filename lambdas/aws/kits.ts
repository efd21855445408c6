import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { GatewayId } from '../domain/ids.ts';
import type { Acknowledgement, Kit, KitWork, RetiredSource, Reverted } from '../domain/kit.ts';
import { keys } from '../domain/names.ts';
import { shardOf } from '../domain/shards.ts';
import type { KitWave } from '../domain/wave.ts';
import type { Kits, RegisteredKit } from '../ports.ts';
import { addKits } from './add-kits.ts';
import { callDynamoDb, queryItems, wholePartition } from './dynamodb.ts';
import { kitKey, kitsPartition } from './registered-kit.ts';
import { unlessLost } from './sdk-errors.ts';

/** gen 7 writes, gen 8 begins, gen 7's late write: refused. Equal generations are retries of one run. */
const notFromThePast = `attribute_exists(${keys.partition}) AND (attribute_not_exists(generation) OR generation <= :generation)`;
/** Only kits that are registered are acknowledged. */
const isRegistered = `attribute_exists(${keys.partition})`;
/**
 * What was read is still there; or what is to be written, as the answer to a first try was lost. Of a generation that comes
 * after the one that was read this says all that `notFromThePast` does: the two are only ever written together.
 */
const asRead = (work: KitWork | undefined) =>
  work
    ? { condition: '#work IN (:read, :work)', values: { ':read': { S: JSON.stringify(work) } } }
    : { condition: `${isRegistered} AND (attribute_not_exists(#work) OR #work = :work)`, values: {} };

/** Two people decide at once: the later one has not seen what the first one declared, and would drop it. */
const asItWasRead = {
  with: `${isRegistered} AND retiredSources = :before`,
  without: `${isRegistered} AND attribute_not_exists(retiredSources)`,
};

/** The kits in a table. */
export const kitsIn = (dynamodb: DynamoDBClient, table: string): Kits => {
  const inShard = async function* (gatewayId: GatewayId, shard: number, shardCount: number): AsyncGenerator<Kit> {
    const shardItems = wholePartition(table, kitsPartition(gatewayId, shard));
    const items = queryItems(dynamodb, `Reading the kits of gateway ${gatewayId}`, shardItems);
    for await (const item of items) {
      const kit = JSON.parse(item.kit?.S ?? '{}') as RegisteredKit;
      if (shardOf(kit.kitId, shardCount) !== shard) continue;
      yield {
        ...kit,
        ...(item.work?.S ? { work: JSON.parse(item.work.S) as KitWork } : {}),
        ...(item.acknowledged?.S ? { acknowledged: JSON.parse(item.acknowledged.S) as Acknowledgement } : {}),
        ...(item.retiredSources?.S ? { retiredSources: JSON.parse(item.retiredSources.S) as RetiredSource[] } : {}),
        ...(item.reverted?.S ? { reverted: JSON.parse(item.reverted.S) as Reverted } : {}),
        ...(item.wave?.S ? { wave: JSON.parse(item.wave.S) as KitWave } : {}),
      };
    }
  };
  const update = (what: string, command: UpdateItemCommand): Promise<boolean> =>
    unlessLost(callDynamoDb(what, dynamodb.send(command)));
  const putWork = (
    kit: Kit,
    work: KitWork,
    shardCount: number,
    { condition, values }: ReturnType<typeof asRead>,
    acknowledged?: Acknowledgement,
  ): Promise<boolean> =>
    update(
      `Saving the distribution to kit ${kit.kitId}`,
      new UpdateItemCommand({
        TableName: table,
        Key: kitKey(kit.gatewayId, kit.kitId, shardCount),
        UpdateExpression: `SET #work = :work, generation = :generation, rotationId = :rotationId${acknowledged ? ', acknowledged = :acknowledged' : ''}`,
        ConditionExpression: condition,
        ExpressionAttributeNames: { '#work': 'work' },
        ExpressionAttributeValues: {
          ':work': { S: JSON.stringify(work) },
          ':generation': { N: `${work.generation}` },
          ':rotationId': { S: work.rotationId },
          ...(acknowledged ? { ':acknowledged': { S: JSON.stringify(acknowledged) } } : {}),
          ...values,
        },
      }),
    );

  return {
    ofShard: async function* (gatewayId, shard, shardCount) {
      for await (const kit of inShard(gatewayId, shard, shardCount)) if (kit.retiredAtMs === undefined) yield kit;
    },
    all: async function* (gatewayId, shardCount) {
      for (let shard = 0; shard < shardCount; shard++) yield* inShard(gatewayId, shard, shardCount);
    },
    add: (kits, shardCount) => addKits(dynamodb, table, kits, shardCount),
    save: async (kit, shardCount) => {
      await callDynamoDb(
        `Saving kit ${kit.kitId}`,
        dynamodb.send(
          new UpdateItemCommand({
            TableName: table,
            Key: kitKey(kit.gatewayId, kit.kitId, shardCount),
            UpdateExpression: 'SET kit = :kit',
            ExpressionAttributeValues: { ':kit': { S: JSON.stringify(kit) } },
          }),
        ),
      );
    },
    saveWork: async (kit, work, shardCount, acknowledged) =>
      (kit.work?.generation ?? 0) <= work.generation && putWork(kit, work, shardCount, asRead(kit.work), acknowledged),
    replaceWork: (kit, work, shardCount) => putWork(kit, work, shardCount, { condition: notFromThePast, values: {} }),
    saveWave: ({ gatewayId, kitId }, wave, generation, shardCount) =>
      update(
        `Saving the wave of kit ${kitId}`,
        new UpdateItemCommand({
          TableName: table,
          Key: kitKey(gatewayId, kitId, shardCount),
          UpdateExpression: 'SET wave = :wave',
          ConditionExpression: notFromThePast,
          ExpressionAttributeValues: { ':wave': { S: JSON.stringify(wave) }, ':generation': { N: `${generation}` } },
        }),
      ),
    acknowledge: (gatewayId, kitId, acknowledged, shardCount) =>
      update(
        `Acknowledging kit ${kitId}`,
        new UpdateItemCommand({
          TableName: table,
          Key: kitKey(gatewayId, kitId, shardCount),
          UpdateExpression: 'SET acknowledged = :acknowledged',
          ConditionExpression: isRegistered,
          ExpressionAttributeValues: { ':acknowledged': { S: JSON.stringify(acknowledged) } },
        }),
      ),
    saveRetiredSources: (kit, retired, shardCount) =>
      update(
        `Saving the retired sources of kit ${kit.kitId}`,
        new UpdateItemCommand({
          TableName: table,
          Key: kitKey(kit.gatewayId, kit.kitId, shardCount),
          UpdateExpression: 'SET retiredSources = :retired',
          ConditionExpression: kit.retiredSources ? asItWasRead.with : asItWasRead.without,
          ExpressionAttributeValues: {
            ':retired': { S: JSON.stringify(retired) },
            ...(kit.retiredSources ? { ':before': { S: JSON.stringify(kit.retiredSources) } } : {}),
          },
        }),
      ),
    saveReverted: ({ gatewayId, kitId }, reverted, shardCount) =>
      update(
        `Marking kit ${kitId}`,
        new UpdateItemCommand({
          TableName: table,
          Key: kitKey(gatewayId, kitId, shardCount),
          UpdateExpression: reverted ? 'SET reverted = :reverted' : 'REMOVE reverted',
          ConditionExpression: isRegistered,
          ...(reverted ? { ExpressionAttributeValues: { ':reverted': { S: JSON.stringify(reverted) } } } : {}),
        }),
      ),
  };
};
