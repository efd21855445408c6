import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';

/** The table of gateways, kits and audit, and the index that finds what is listed in it. */
export const listIndex = 'by-list';

/** A conditional write that lost: somebody else wrote first. */
export class ConditionLost extends Error {
  override readonly name = 'ConditionLost';
}

/** Errors of DynamoDB that the same request meets again. */
const notRetryable: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'ResourceNotFoundException',
  'TypeError',
  'ValidationException',
]);

/** Runs a DynamoDB call; a failed condition is {@link ConditionLost}, a request that can never succeed is
 * StepFailed, and everything else is ambiguous and so {@link TemporarilyUnavailable}. */
export const callDynamoDb = async <Output>(what: string, call: Promise<Output>): Promise<Output> => {
  try {
    return await call;
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'unknown';
    if (name === 'ConditionalCheckFailedException')
      throw new ConditionLost(`${what}: the item has changed meanwhile.`, { cause });
    if (notRetryable.has(name))
      throw new StepFailed(`${what}: DynamoDB answered ${name}; check the table and the permissions of the function.`, {
        cause,
      });
    throw new TemporarilyUnavailable(`${what}: DynamoDB answered ${name}.`, { cause });
  }
};

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
