import type { RefusedSource, Seen } from '../domain/kit.ts';
import { keys } from '../domain/names.ts';
import { type UseSource, usePlaceOf } from '../domain/use-places.ts';
import type { ItemCalls } from './item-calls.ts';
import { itemKey } from './item-key.ts';
import { names, ofPlaces, placeKey, probeKey, refusedPartition, timesOf, usePartition } from './use-item.ts';

/** Use items live this long after the last use (DynamoDB deletes them later still; nothing relies on it). */
const keptSeconds = 180 * 86_400;
/** A probe is read back at once. */
const probeKeptSeconds = 86_400;

/** Who is named keeps his place; a new name is added as long as there is room. One condition of the one write: nothing is counted apart. */
const hasRoom = 'contains(#names, :name) OR attribute_not_exists(#names) OR size(#names) < :namesAtMost';

/**
 * Records a use by one write: first time kept, last time set. False, and nothing is written, when its place is full. Rejects
 * as the call does; the policy check decides what that means.
 */
export const recordUse = async (
  calls: Pick<ItemCalls, 'updateItem'>,
  table: string,
  seen: Seen,
  nowMs: number,
  signal?: AbortSignal,
): Promise<boolean> => {
  const { gatewayId, credentialId, shard, isRefused, source } = seen;
  const inPartition = isRefused
    ? refusedPartition(gatewayId, credentialId)
    : usePartition(gatewayId, credentialId, shard);
  const command =
    'probe' in source
      ? updateOf(inPartition, probeKey(source.probe), nowMs, probeKeptSeconds)
      : updateOfPlace(inPartition, seen, source, nowMs);
  try {
    await calls.updateItem({ TableName: table, ...command }, signal);
    return true;
  } catch (error) {
    if (isConditionLost(error)) return false;
    throw error;
  }
};

const updateOf = (inPartition: string, sort: string, nowMs: number, forSeconds: number) => ({
  Key: itemKey(inPartition, sort),
  UpdateExpression: `SET firstUsedAtMs = if_not_exists(firstUsedAtMs, :now), lastUsedAtMs = :now, ${keys.expiresAt} = :expires`,
  ExpressionAttributeValues: {
    ':now': { N: `${nowMs}` },
    ':expires': { N: `${Math.floor(nowMs / 1000) + forSeconds}` },
  },
});

const updateOfPlace = (inPartition: string, seen: Seen, source: UseSource, nowMs: number) => {
  const { scope = 'source' } = seen;
  const { place, name, namesAtMost } = usePlaceOf(source, scope);
  const times = timesOf(name);
  const item = updateOf(inPartition, placeKey(seen, place), nowMs, keptSeconds);
  const isNode = (scope === 'source' || scope === 'kit-source') && source.node !== undefined;
  return {
    ...item,
    UpdateExpression: `${item.UpdateExpression}, #first = if_not_exists(#first, :now), #last = :now${isNode ? ', #address = :address' : ''} ADD #names :names`,
    ConditionExpression: hasRoom,
    ExpressionAttributeNames: {
      '#names': names,
      '#first': times.first,
      '#last': times.last,
      ...(isNode ? { '#address': times.address } : {}),
    },
    ExpressionAttributeValues: {
      ...item.ExpressionAttributeValues,
      ':name': { S: name },
      ':names': { SS: [name] },
      ':namesAtMost': { N: `${namesAtMost}` },
      ...(isNode ? { ':address': { S: source.address } } : {}),
    },
  };
};

/**
 * Records that a source which has used the credential was refused, beside its use. False, and nothing is written, for every
 * other one: a named node only from the address that it had. Rejects as the call does.
 */
export const recordRefusal = async (
  calls: Pick<ItemCalls, 'updateItem'>,
  table: string,
  { gatewayId, credentialId, shard, scope, source, code }: RefusedSource,
  nowMs: number,
  signal?: AbortSignal,
): Promise<boolean> => {
  const { place, name } = usePlaceOf(source, scope);
  const times = timesOf(name);
  const isNode = source.node !== undefined;
  const command = {
    TableName: table,
    Key: itemKey(usePartition(gatewayId, credentialId, shard), `${ofPlaces}#${place}`),
    UpdateExpression: 'SET #refused = :now, #code = :code',
    ConditionExpression: `contains(#names, :name)${isNode ? ' AND #address = :address' : ''}`,
    ExpressionAttributeNames: {
      ...{ '#names': names, '#refused': times.refused, '#code': times.code },
      ...(isNode ? { '#address': times.address } : {}),
    },
    ExpressionAttributeValues: {
      ...{ ':name': { S: name }, ':now': { N: `${nowMs}` }, ':code': { S: code } },
      ...(isNode ? { ':address': { S: source.address } } : {}),
    },
  };
  try {
    await calls.updateItem(command, signal);
    return true;
  } catch (error) {
    if (isConditionLost(error)) return false;
    throw error;
  }
};

const isConditionLost = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';
