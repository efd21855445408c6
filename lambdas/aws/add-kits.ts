import { setTimeout as pause } from 'node:timers/promises';
import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandOutput,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { TemporarilyUnavailable } from '../domain/failure.ts';
import type { RegisteredKit } from '../ports.ts';
import { callDynamoDb } from './dynamodb.ts';
import { kitKey } from './registered-kit.ts';

/** DynamoDB's limit for one BatchWriteItem. */
const batchSize = 25;
/** An answer may leave items out, to be written again: that is how a batch is throttled. */
const answersAtMost = 10;
const pauseMs = (answers: number): number => Math.random() * Math.min(5_000, 50 * 2 ** answers);

/**
 * Adds kits that were not there when they were looked for, many in one call. No condition can be set on such a write: whatever
 * somebody has written to one of them meanwhile is gone, and it counts as never given. Throws TemporarilyUnavailable, and some
 * may then be there.
 */
export const addKits = async (
  dynamodb: DynamoDBClient,
  table: string,
  kits: readonly RegisteredKit[],
  shardCount: number,
): Promise<void> => {
  const putOf = (kit: RegisteredKit): WriteRequest => ({
    PutRequest: { Item: { ...kitKey(kit.gatewayId, kit.kitId, shardCount), kit: { S: JSON.stringify(kit) } } },
  });
  for (let start = 0; start < kits.length; start += batchSize)
    await write(dynamodb, table, kits.slice(start, start + batchSize).map(putOf));
};

const write = async (dynamodb: DynamoDBClient, table: string, puts: readonly WriteRequest[]): Promise<void> => {
  let left = puts;
  for (let answers = 1; ; answers++) {
    const command = new BatchWriteItemCommand({ RequestItems: { [table]: [...left] } });
    const { UnprocessedItems }: BatchWriteItemCommandOutput = await callDynamoDb('Adding kits', dynamodb.send(command));
    left = UnprocessedItems?.[table] ?? [];
    if (left.length === 0) return;
    if (answers === answersAtMost)
      throw new TemporarilyUnavailable(`Adding kits: DynamoDB left ${left.length} out again and again.`);
    await pause(pauseMs(answers));
  }
};
