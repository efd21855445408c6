import { BatchGetItemCommand, type BatchGetItemCommandOutput, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TemporarilyUnavailable } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import { keys } from '../domain/names.ts';
import type { Records } from '../ports.ts';
import { latestAudit, readAudit } from './audit.ts';
import { callDynamoDb, everyListed, queryItems } from './dynamodb.ts';
import { gatewayIdIn, gatewayKey, gatewaysList, readGateway } from './gateway-item.ts';
import { itemCallsOf } from './sdk-item-calls.ts';

/** DynamoDB's limit for one BatchGetItem. */
const batchSize = 100;
/** An answer may leave keys out, to be asked for again. */
const answersAtMost = 5;

/** The ids of all gateways, from the index. */
export async function* listGateways(dynamodb: DynamoDBClient, table: string): AsyncGenerator<GatewayId> {
  const found = queryItems(dynamodb, 'Listing gateways', everyListed(table, gatewaysList));
  for await (const item of found) yield gatewayIdIn(item[keys.partition]?.S ?? '');
}

/** The records in a table, read only. */
export const recordsIn = (dynamodb: DynamoDBClient, table: string): Records => {
  const batch = async (ids: readonly GatewayId[]): Promise<readonly Gateway[]> => {
    const found: Gateway[] = [];
    let left = ids.map((id): Record<string, { S: string }> => gatewayKey(id));
    for (let answers = 0; left.length > 0; answers++) {
      if (answers === answersAtMost)
        throw new TemporarilyUnavailable('Reading gateways: DynamoDB left some out again and again.');
      const { Responses, UnprocessedKeys }: BatchGetItemCommandOutput = await callDynamoDb(
        'Reading gateways',
        dynamodb.send(
          new BatchGetItemCommand({
            RequestItems: {
              [table]: {
                Keys: left,
                ProjectionExpression: '#record',
                ExpressionAttributeNames: { '#record': 'record' },
              },
            },
          }),
        ),
      );
      for (const item of Responses?.[table] ?? []) found.push(JSON.parse(item.record?.S ?? '{}') as Gateway);
      left = (UnprocessedKeys?.[table]?.Keys ?? []) as typeof left;
    }
    return found;
  };
  return {
    read: (gatewayId) =>
      callDynamoDb(`Reading gateway ${gatewayId}`, readGateway(itemCallsOf(dynamodb), table, gatewayId)),
    all: async () => {
      const ids: GatewayId[] = [];
      for await (const id of listGateways(dynamodb, table)) ids.push(id);
      const batches = Array.from({ length: Math.ceil(ids.length / batchSize) }, (_, index) =>
        batch(ids.slice(index * batchSize, (index + 1) * batchSize)),
      );
      return (await Promise.all(batches)).flat();
    },
    audit: async function* ({ gatewayId, outbox }) {
      let last = 0;
      for await (const one of readAudit(dynamodb, table, gatewayId, 0)) {
        last = one.revision;
        yield one;
      }
      yield* outbox.filter(({ revision }) => revision > last);
    },
    latest: async ({ gatewayId, outbox }, limit) => {
      const copied = await latestAudit(dynamodb, table, gatewayId, limit);
      const seen = new Set(copied.map(({ revision }) => revision));
      return [...outbox.filter(({ revision }) => !seen.has(revision)).toReversed(), ...copied].slice(0, limit);
    },
  };
};
