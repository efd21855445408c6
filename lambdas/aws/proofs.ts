import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { GatewayId, RotationId } from '../domain/ids.ts';
import type { ShardProof } from '../domain/shard-proof.ts';
import { callDynamoDb, queryItems } from './dynamodb.ts';

/** What was read before a rotation was decided on: kits and use change later, and what was proven has to stay. */
export type Proofs = {
  /** Keeps the proof of a shard, in place of one that was read before: the last one is the one that counted. */
  keep(gatewayId: GatewayId, rotationId: RotationId, proof: ShardProof): Promise<void>;
  /** By shard, strongly consistent. */
  of(gatewayId: GatewayId, rotationId: RotationId): AsyncGenerator<ShardProof>;
};

export const proofsIn = (dynamodb: DynamoDBClient, table: string): Proofs => {
  const partition = (gatewayId: GatewayId, rotationId: RotationId) => ({ S: `PROOF#${gatewayId}#${rotationId}` });
  return {
    keep: async (gatewayId, rotationId, proof) => {
      const Item = {
        pk: partition(gatewayId, rotationId),
        sk: { S: `${proof.shard}`.padStart(6, '0') },
        proof: { S: JSON.stringify(proof) },
      };
      await callDynamoDb(
        `Keeping the proof of gateway ${gatewayId}`,
        dynamodb.send(new PutItemCommand({ TableName: table, Item })),
      );
    },
    of: async function* (gatewayId, rotationId) {
      const items = queryItems(dynamodb, `Reading the proof of gateway ${gatewayId}`, {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partition(gatewayId, rotationId) },
      });
      for await (const item of items) yield JSON.parse(item.proof?.S ?? '{}') as ShardProof;
    },
  };
};
