import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { GatewayId, RotationId } from '../domain/ids.ts';
import type { ShardProof } from '../domain/shard-proof.ts';
import type { Proofs } from '../ports.ts';
import { callDynamoDb, queryItems } from './dynamodb.ts';

/** The proofs in a table. */
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
