import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { keys, listIndex } from '../domain/names.ts';
import { callAws, services } from './sdk-errors.ts';

/** A query for every item of a partition, strongly consistent. */
export const wholePartition = (table: string, partition: string) => ({
  TableName: table,
  ConsistentRead: true,
  KeyConditionExpression: `${keys.partition} = :partition`,
  ExpressionAttributeValues: { ':partition': { S: partition } },
});

/** A query for the keys of everything that the index lists under this name. */
export const everyListed = (table: string, list: string) => ({
  TableName: table,
  IndexName: listIndex,
  KeyConditionExpression: '#list = :list',
  ExpressionAttributeNames: { '#list': keys.list },
  ExpressionAttributeValues: { ':list': { S: list } },
});

/** Runs a DynamoDB call, see {@link callAws}. */
export const callDynamoDb = <Output>(what: string, call: Promise<Output>): Promise<Output> =>
  callAws(services.dynamodb, what, call);

/** All items that a query finds, page by page; `what` is said when DynamoDB does not answer. */
export async function* queryItems(
  dynamodb: DynamoDBClient,
  what: string,
  input: QueryCommandInput,
): AsyncGenerator<Record<string, AttributeValue>> {
  let startKey: Record<string, AttributeValue> | undefined;
  do {
    const page: QueryCommandOutput = await callDynamoDb(
      what,
      dynamodb.send(new QueryCommand({ ...input, ...(startKey ? { ExclusiveStartKey: startKey } : {}) })),
    );
    yield* page.Items ?? [];
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
}
