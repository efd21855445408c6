import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import { keys } from '../domain/names.ts';
import type { ItemCalls } from './item-calls.ts';
import { itemKey } from './item-key.ts';

/** The key of the one item that is the gateway record. */
export const gatewayKey = (gatewayId: GatewayId) => itemKey(`${prefix}${gatewayId}`, 'GATEWAY');
const prefix = 'GATEWAY#';

/** The gateway whose record has this partition key. */
export const gatewayIdIn = (partition: string): GatewayId => partition.slice(prefix.length) as GatewayId;

/** What every gateway record is listed under. */
export const gatewaysList = 'gateways';

/** The record as it is stored: one JSON text, so that reading it costs the authorizer one parse. What a restore needs of a text that was damaged stands beside it. */
export const gatewayItem = (gateway: Gateway) => ({
  ...gatewayKey(gateway.gatewayId),
  [keys.list]: { S: gatewaysList },
  revision: { N: `${gateway.revision}` },
  record: { S: JSON.stringify(gateway) },
  ...(gateway.lastEntryDigest === undefined ? {} : { lastEntry: { S: gateway.lastEntryDigest } }),
});

/** Only the first writer at a revision wins. */
export const atRevision = 'revision = :revision';
/** A gateway is registered once. */
export const isNew = `attribute_not_exists(${keys.partition})`;

/**
 * The text of the gateway record, read with strong consistency; `undefined` when the gateway is not registered.
 * Rejects as the call does: the policy check and the store translate it, each in its own way.
 */
export const readRecordText = async (
  calls: Pick<ItemCalls, 'getItem'>,
  table: string,
  gatewayId: GatewayId,
  signal?: AbortSignal,
): Promise<string | undefined> => {
  const item = await calls.getItem(
    {
      TableName: table,
      Key: gatewayKey(gatewayId),
      ConsistentRead: true,
      ProjectionExpression: '#record',
      ExpressionAttributeNames: { '#record': 'record' },
    },
    signal,
  );
  return item?.record?.S;
};

/** The gateway record in its text. */
export const parseRecord = (text: string): Gateway => JSON.parse(text) as Gateway;

/** The gateway record, see {@link readRecordText}. */
export const readGateway = async (
  calls: Pick<ItemCalls, 'getItem'>,
  table: string,
  gatewayId: GatewayId,
): Promise<Gateway | undefined> => {
  const text = await readRecordText(calls, table, gatewayId);
  return text === undefined ? undefined : parseRecord(text);
};
