import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { CredentialId } from '../domain/ids.ts';
import type { Use } from '../domain/kit.ts';
import { keys } from '../domain/names.ts';
import { isRefusedValue } from '../domain/refused-use.ts';
import { type UseSource, usedBy } from '../domain/use-places.ts';
import type { Uses } from '../ports.ts';
import { callDynamoDb, queryItems, wholePartition } from './dynamodb.ts';
import { itemKey } from './item-key.ts';
import { names, ofPlaces, ofProbes, probeKey, refusedPartition, timesOf, usePartition } from './use-item.ts';

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
    ofCredential: (gatewayId, credentialId, shard) =>
      usesOf(credentialId, usePartition(gatewayId, credentialId, shard)),
    refusals: (gatewayId, credentialId) => usesOf(credentialId, refusedPartition(gatewayId, credentialId)),
    sawProbe: async (gatewayId, credentialId, nonceHash) => {
      const { Item } = await callDynamoDb(
        `Reading the probe of credential ${credentialId}`,
        dynamodb.send(
          new GetItemCommand({
            TableName: table,
            ConsistentRead: true,
            Key: itemKey(usePartition(gatewayId, credentialId, 0), probeKey(nonceHash)),
          }),
        ),
      );
      return Item !== undefined;
    },
  };
};
