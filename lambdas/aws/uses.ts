import { hash } from 'node:crypto';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { CredentialId, GatewayId } from '../domain/ids.ts';
import type { RefusedSource, Seen, Use } from '../domain/kit.ts';
import { keys } from '../domain/names.ts';
import { isRefusedValue } from '../domain/refused-use.ts';
import { type UseSource, usedBy, usePlaceOf } from '../domain/use-places.ts';
import type { Uses } from '../ports.ts';
import { callDynamoDb, itemKey, queryItems, wholePartition } from './dynamodb.ts';

/** Use items live this long after the last use (DynamoDB deletes them later still; nothing relies on it). */
const keptSeconds = 180 * 86_400;
/** A probe is read back at once. */
const probeKeptSeconds = 86_400;

const partition = (gatewayId: GatewayId, credentialId: CredentialId, shard: number): string =>
  `USE#${gatewayId}#${credentialId}#${shard}`;
/** Who presented a revoked credential: few, so they are together, and apart from use, whose last time is evidence. */
const refusedPartition = (gatewayId: GatewayId, credentialId: CredentialId): string =>
  `REFUSED#${gatewayId}#${credentialId}`;
const ofProbes = '!probe#';
const probeKey = (nonceHash: string): string => `${ofProbes}${nonceHash}`;
/** A place is an item, with its names as a set and the times of each under a digest of the name. No kit's id begins so. */
const ofPlaces = '!place#';
const placeKey = ({ isRefused, shard }: Seen, place: string): string => `${ofPlaces}${isRefused ? shard : ''}#${place}`;
const names = 'names';
const timesOf = (name: string) => {
  const digest = hash('sha256', name, 'base64url').slice(0, 12);
  return {
    first: `f:${digest}`,
    last: `l:${digest}`,
    address: `a:${digest}`,
    refused: `r:${digest}`,
    code: `c:${digest}`,
  };
};
/** Who is named keeps his place; a new name is added as long as there is room. One condition of the one write: nothing is counted apart. */
const hasRoom = 'contains(#names, :name) OR attribute_not_exists(#names) OR size(#names) < :namesAtMost';

/**
 * Records a use by one write: first time kept, last time set. False, and nothing is written, when its place is full. Throws
 * what the SDK throws; the policy check decides what that means.
 */
export const recordUse = async (
  dynamodb: DynamoDBClient,
  table: string,
  seen: Seen,
  nowMs: number,
  signal?: AbortSignal,
): Promise<boolean> => {
  const { gatewayId, credentialId, shard, isRefused, source } = seen;
  const inPartition = isRefused ? refusedPartition(gatewayId, credentialId) : partition(gatewayId, credentialId, shard);
  const command =
    'probe' in source
      ? updateOf(inPartition, probeKey(source.probe), nowMs, probeKeptSeconds)
      : updateOfPlace(inPartition, seen, source, nowMs);
  try {
    await dynamodb.send(new UpdateItemCommand({ TableName: table, ...command }), signal ? { abortSignal: signal } : {});
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
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
 * other one: a named node only from the address that it had. Throws what the SDK throws.
 */
export const recordRefusal = async (
  dynamodb: DynamoDBClient,
  table: string,
  { gatewayId, credentialId, shard, scope, source, code }: RefusedSource,
  nowMs: number,
  signal?: AbortSignal,
): Promise<boolean> => {
  const { place, name } = usePlaceOf(source, scope);
  const times = timesOf(name);
  const isNode = source.node !== undefined;
  const command = new UpdateItemCommand({
    TableName: table,
    Key: itemKey(partition(gatewayId, credentialId, shard), `${ofPlaces}#${place}`),
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
  });
  try {
    await dynamodb.send(command, signal ? { abortSignal: signal } : {});
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

type Item = Readonly<Record<string, AttributeValue>>;

/** The uses that an item stands for: those of a place; or the one of a source, as items were before there were places. */
const usesOfItem = (credentialId: CredentialId, item: Item): readonly Use[] => {
  const sort = item[keys.sort]?.S ?? '';
  if (sort.startsWith(ofProbes)) return [];
  if (!sort.startsWith(ofPlaces)) {
    const { kitId, node, address = '' } = JSON.parse(item.seen?.S ?? '{}') as Partial<UseSource>;
    const source = { ...(kitId === undefined ? {} : { kitId }), ...(node === undefined ? {} : { node }), address };
    return [{ credentialId, ...source, ...timesIn(item, 'firstUsedAtMs', 'lastUsedAtMs') }];
  }
  const place = sort.slice(sort.lastIndexOf('#') + 1);
  return (item[names]?.SS ?? []).map((name) => {
    const { first, last, address, refused, code } = timesOf(name);
    const seenAt = item[address]?.S;
    const source = { ...usedBy(place, name), ...(seenAt === undefined ? {} : { address: seenAt }) };
    return { credentialId, ...source, ...timesIn(item, first, last), ...refusedIn(item, refused, code) };
  });
};

const refusedIn = (item: Item, refused: string, code: string): Pick<Use, 'refused'> => {
  const [atMs, what] = [item[refused]?.N, item[code]?.S];
  return atMs !== undefined && what !== undefined && isRefusedValue(what)
    ? { refused: { atMs: Number(atMs), code: what } }
    : {};
};

const timesIn = (item: Item, first: string, last: string): Pick<Use, 'firstUsedAtMs' | 'lastUsedAtMs'> => ({
  firstUsedAtMs: Number(item[first]?.N),
  lastUsedAtMs: Number(item[last]?.N),
});

/** The uses in a table. */
export const usesIn = (dynamodb: DynamoDBClient, table: string): Uses => {
  const usesOf = async function* (credentialId: CredentialId, inPartition: string): AsyncGenerator<Use> {
    const query = wholePartition(table, inPartition);
    const items = queryItems(dynamodb, `Reading the use of credential ${credentialId}`, query);
    for await (const item of items) yield* usesOfItem(credentialId, item);
  };
  return {
    ofCredential: (gatewayId, credentialId, shard) => usesOf(credentialId, partition(gatewayId, credentialId, shard)),
    refusals: (gatewayId, credentialId) => usesOf(credentialId, refusedPartition(gatewayId, credentialId)),
    sawProbe: async (gatewayId, credentialId, nonceHash) => {
      const { Item } = await callDynamoDb(
        `Reading the probe of credential ${credentialId}`,
        dynamodb.send(
          new GetItemCommand({
            TableName: table,
            ConsistentRead: true,
            Key: itemKey(partition(gatewayId, credentialId, 0), probeKey(nonceHash)),
          }),
        ),
      );
      return Item !== undefined;
    },
  };
};
