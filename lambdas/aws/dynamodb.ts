import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { callAws, services } from './sdk-errors.ts';

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
