import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { GatewayId, RotationId } from '../domain/ids.ts';
import type { ShardProof } from '../domain/shard-proof.ts';
import type { Proofs } from '../ports.ts';
import { callDynamoDb, itemKey, queryItems, wholePartition } from './dynamodb.ts';

/** The proofs in a table. */
export const proofsIn = (dynamodb: DynamoDBClient, table: string): Proofs => {
  const partition = (gatewayId: GatewayId, rotationId: RotationId): string => `PROOF#${gatewayId}#${rotationId}`;
  return {
    keep: async (gatewayId, rotationId, proof) => {
      const Item = {
        ...itemKey(partition(gatewayId, rotationId), `${proof.shard}`.padStart(6, '0')),
        proof: { S: JSON.stringify(proof) },
      };
      await callDynamoDb(
        `Keeping the proof of gateway ${gatewayId}`,
        dynamodb.send(new PutItemCommand({ TableName: table, Item })),
      );
    },
    of: async function* (gatewayId, rotationId) {
      const kept = wholePartition(table, partition(gatewayId, rotationId));
      const items = queryItems(dynamodb, `Reading the proof of gateway ${gatewayId}`, kept);
      for await (const item of items) yield JSON.parse(item.proof?.S ?? '{}') as ShardProof;
    },
  };
};
