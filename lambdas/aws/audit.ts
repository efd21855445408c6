import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Transition } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import { keys } from '../domain/names.ts';
import { callDynamoDb, queryItems, wholePartition } from './dynamodb.ts';
import { itemKey } from './item-key.ts';

/** The audit item of a transition: its key is `gateway#revision`, so copying it twice writes the same item. */
const auditKey = (gatewayId: GatewayId, revision: number) => itemKey(auditOf(gatewayId), sortOf(revision));
const auditOf = (gatewayId: GatewayId): string => `AUDIT#${gatewayId}`;
const sortOf = (revision: number): string => `${revision}`.padStart(12, '0');

/** Copies transitions to the audit; each is written whole, so a second copy is the same item. */
export const writeAudit = async (
  dynamodb: DynamoDBClient,
  table: string,
  gatewayId: GatewayId,
  transitions: readonly Transition[],
): Promise<void> => {
  for (const transition of transitions)
    await callDynamoDb(
      `Writing the audit of gateway ${gatewayId}`,
      dynamodb.send(
        new PutItemCommand({
          TableName: table,
          Item: { ...auditKey(gatewayId, transition.revision), transition: { S: JSON.stringify(transition) } },
        }),
      ),
    );
};

/** The recorded transitions of a gateway in their order, from a revision on; strongly consistent. */
export async function* readAudit(
  dynamodb: DynamoDBClient,
  table: string,
  gatewayId: GatewayId,
  fromRevision: number,
): AsyncGenerator<Transition> {
  const whole = wholePartition(table, auditOf(gatewayId));
  const items = queryItems(dynamodb, `Reading the audit of gateway ${gatewayId}`, {
    ...whole,
    KeyConditionExpression: `${whole.KeyConditionExpression} AND ${keys.sort} >= :from`,
    ExpressionAttributeValues: { ...whole.ExpressionAttributeValues, ':from': { S: sortOf(fromRevision) } },
  });
  for await (const item of items) yield JSON.parse(item.transition?.S ?? '{}') as Transition;
}

/** The last transitions of a gateway, newest first: at most `limit`, and at most what one answer of DynamoDB holds (1 MB). */
export const latestAudit = async (
  dynamodb: DynamoDBClient,
  table: string,
  gatewayId: GatewayId,
  limit: number,
): Promise<readonly Transition[]> => {
  const { Items = [] } = await callDynamoDb(
    `Reading the audit of gateway ${gatewayId}`,
    dynamodb.send(
      new QueryCommand({ ...wholePartition(table, auditOf(gatewayId)), ScanIndexForward: false, Limit: limit }),
    ),
  );
  return Items.map((item) => JSON.parse(item.transition?.S ?? '{}') as Transition);
};
