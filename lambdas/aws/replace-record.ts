import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import { callDynamoDb } from './dynamodb.ts';
import { atRevision, gatewayItem, gatewayKey, isNew } from './gateway-item.ts';
import { unlessLost } from './sdk-errors.ts';

/** What is stored of a gateway, even when the record in it cannot be read. */
export type StoredItem = { readonly revision: number; readonly text: string; readonly lastEntryDigest?: string };

/** What is stored, read with strong consistency; `undefined` when nothing is. */
export const storedItem = async (
  dynamodb: DynamoDBClient,
  table: string,
  gatewayId: GatewayId,
): Promise<StoredItem | undefined> => {
  const { Item } = await callDynamoDb(
    `Reading what is stored of gateway ${gatewayId}`,
    dynamodb.send(new GetItemCommand({ TableName: table, Key: gatewayKey(gatewayId), ConsistentRead: true })),
  );
  if (!Item) return undefined;
  const revision = Number(Item.revision?.N ?? 0);
  return { revision, text: Item.record?.S ?? '', ...(Item.lastEntry?.S ? { lastEntryDigest: Item.lastEntry.S } : {}) };
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
