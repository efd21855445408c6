import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import { callDynamoDb } from './dynamodb.ts';
import { atRevision, gatewayItem, gatewayKey, isNew } from './gateway-item.ts';
import { unlessLost } from './sdk-errors.ts';

/** The revision of what is stored, even when the record in it cannot be read; `undefined` when nothing is stored. */
export const storedRevision = async (
  dynamodb: DynamoDBClient,
  table: string,
  gatewayId: GatewayId,
): Promise<number | undefined> => {
  const { Item } = await callDynamoDb(
    `Reading the revision of gateway ${gatewayId}`,
    dynamodb.send(new GetItemCommand({ TableName: table, Key: gatewayKey(gatewayId), ConsistentRead: true })),
  );
  return Item && Number(Item.revision?.N ?? 0);
};

/** Saves a restored record over whatever is stored, its outbox included; false when that has changed since `revision` was read. */
export const replaceRecord = async (
  dynamodb: DynamoDBClient,
  table: string,
  gateway: Gateway,
  revision: number | undefined,
): Promise<boolean> => {
  const condition =
    revision === undefined
      ? { ConditionExpression: isNew }
      : { ConditionExpression: atRevision, ExpressionAttributeValues: { ':revision': { N: `${revision}` } } };
  return unlessLost(
    callDynamoDb(
      `Restoring gateway ${gateway.gatewayId}`,
      dynamodb.send(new PutItemCommand({ TableName: table, Item: gatewayItem(gateway), ...condition })),
    ),
  );
};
