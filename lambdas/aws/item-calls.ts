import type { AttributeValue } from '@aws-sdk/client-dynamodb';

type Item = Readonly<Record<string, AttributeValue>>;

/** A strongly consistent read of one item, or of what an expression names of it. */
export type GetItem = {
  readonly TableName: string;
  readonly Key: Item;
  readonly ConsistentRead: true;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
};

/** A write of one item, on a condition if one is given. */
export type UpdateItem = {
  readonly TableName: string;
  readonly Key: Item;
  readonly UpdateExpression: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues: Item;
};

/**
 * The two calls of DynamoDB that are made on the path of every API request. A rejection carries the name of DynamoDB's
 * exception, or another one when there was no answer of DynamoDB; an aborted call is an AbortError.
 */
export type ItemCalls = {
  getItem(input: GetItem, signal?: AbortSignal): Promise<Item | undefined>;
  updateItem(input: UpdateItem, signal?: AbortSignal): Promise<void>;
};
