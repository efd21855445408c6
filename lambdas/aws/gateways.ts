import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Gateway, Transition } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { RecordStore } from '../ports.ts';
import { readAudit, writeAudit } from './audit.ts';
import { callDynamoDb } from './dynamodb.ts';
import { atRevision, gatewayItem, isNew, readGateway } from './gateway-item.ts';
import { listGateways } from './records.ts';
import { unlessLost } from './sdk-errors.ts';
import { itemCallsOf } from './sdk-item-calls.ts';

/** The gateway records in a table, with their audit; transitions are published by `publish`. */
export const recordStoreIn = (
  dynamodb: DynamoDBClient,
  table: string,
  publish: (gatewayId: GatewayId, transitions: readonly Transition[]) => Promise<void>,
): RecordStore => {
  const put = (gateway: Gateway, condition: string, revision?: number): Promise<boolean> =>
    unlessLost(
      callDynamoDb(
        `Saving gateway ${gateway.gatewayId}`,
        dynamodb.send(
          new PutItemCommand({
            TableName: table,
            Item: gatewayItem(gateway),
            ConditionExpression: condition,
            ...(revision === undefined ? {} : { ExpressionAttributeValues: { ':revision': { N: `${revision}` } } }),
          }),
        ),
      ),
    );
  return {
    read: (gatewayId) =>
      callDynamoDb(`Reading gateway ${gatewayId}`, readGateway(itemCallsOf(dynamodb), table, gatewayId)),
    save: (gateway, replacedRevision) => put(gateway, atRevision, replacedRevision),
    add: (gateway) => put(gateway, isNew),
    list: () => listGateways(dynamodb, table),
    writeAudit: (gatewayId, transitions) => writeAudit(dynamodb, table, gatewayId, transitions),
    readAudit: (gatewayId, fromRevision) => readAudit(dynamodb, table, gatewayId, fromRevision),
    publish,
  };
};
