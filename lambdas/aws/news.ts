import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { GatewayId } from '../domain/ids.ts';
import { keys } from '../domain/names.ts';
import type { NewsEntry } from '../domain/news.ts';
import type { NewsStore } from '../ports.ts';
import { callDynamoDb, everyListed, queryItems, wholePartition } from './dynamodb.ts';
import { itemKey } from './item-key.ts';
import { unlessLost } from './sdk-errors.ts';

const settingsKey = itemKey('SETTINGS', 'NEWS');
const waitingList = 'WAITING';
const forgottenAtOnce = 25;

/** The outbox in a table of its own: a message is an item, in the index while it waits; its tries are the condition of each write. */
export const newsIn = (dynamodb: DynamoDBClient, TableName: string): NewsStore => {
  const put = (entry: NewsEntry, condition: object): Promise<boolean> =>
    unlessLost(
      callDynamoDb(
        `Keeping news of gateway ${entry.news.gatewayId}`,
        dynamodb.send(new PutItemCommand({ TableName, Item: itemOf(entry), ...condition })),
      ),
    );
  return {
    settings: async () => {
      const get = new GetItemCommand({ TableName, Key: settingsKey, ConsistentRead: true });
      const { Item } = await callDynamoDb('Reading by which channels people are told', dynamodb.send(get));
      return Item?.settings?.S === undefined ? undefined : JSON.parse(Item.settings.S);
    },
    keepSettings: async (settings) => {
      const Item = { ...settingsKey, settings: { S: JSON.stringify(settings) } };
      const what = 'Keeping by which channels people are told';
      await callDynamoDb(what, dynamodb.send(new PutItemCommand({ TableName, Item })));
    },
    add: (entry) => put(entry, { ConditionExpression: `attribute_not_exists(${keys.partition})` }),
    replace: (before, after) =>
      put(after, {
        ConditionExpression: 'seen = :seen',
        ExpressionAttributeValues: { ':seen': { S: seenOf(before) } },
      }),
    waiting: async function* () {
      const found = queryItems(dynamodb, 'Finding news that wait', everyListed(TableName, waitingList));
      for await (const { [keys.partition]: partition, [keys.sort]: sort } of found) {
        const Key = itemKey(partition?.S ?? '', sort?.S ?? '');
        const get = new GetItemCommand({ TableName, Key, ConsistentRead: true });
        const { Item } = await callDynamoDb('Reading news that wait', dynamodb.send(get));
        const entry = entryIn(Item);
        if (entry?.state === 'WAITING') yield entry;
      }
    },
    latest: async (gatewayId, Limit) => {
      const query = { ...wholePartition(TableName, partitionOf(gatewayId)), ScanIndexForward: false, Limit };
      const { Items = [] } = await callDynamoDb(
        `Reading news of gateway ${gatewayId}`,
        dynamodb.send(new QueryCommand(query)),
      );
      return Items.flatMap((item) => entryIn(item) ?? []);
    },
    forget: async (gatewayId, beforeMs) => {
      const { ExpressionAttributeValues, ...whole } = wholePartition(TableName, partitionOf(gatewayId));
      const what = `Forgetting old news of gateway ${gatewayId}`;
      const query = new QueryCommand({
        ...whole,
        KeyConditionExpression: `${whole.KeyConditionExpression} AND ${keys.sort} < :before`,
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ':before': { S: timeOf(beforeMs) } },
        Limit: forgottenAtOnce,
      });
      const { Items = [] } = await callDynamoDb(what, dynamodb.send(query));
      for (const { [keys.sort]: sort } of Items)
        await callDynamoDb(
          what,
          dynamodb.send(new DeleteItemCommand({ TableName, Key: itemKey(partitionOf(gatewayId), sort?.S ?? '') })),
        );
    },
  };
};

const partitionOf = (gatewayId: GatewayId): string => `NEWS#${gatewayId}`;
const timeOf = (atMs: number): string => `${atMs}`.padStart(15, '0');
/** The same for every copy of the same news. */
const sortOf = ({ news, channel = '', act }: NewsEntry): string =>
  [timeOf(news.atMs), news.newsId, channel, act].join('#');
/** What every write changes. */
const seenOf = ({ state, attempts, nextAttemptAtMs = 0 }: NewsEntry): string =>
  `${state} ${attempts} ${nextAttemptAtMs}`;

const itemOf = (entry: NewsEntry): Record<string, AttributeValue> => ({
  ...itemKey(partitionOf(entry.news.gatewayId), sortOf(entry)),
  seen: { S: seenOf(entry) },
  entry: { S: JSON.stringify(entry) },
  ...(entry.state === 'WAITING' ? { [keys.list]: { S: waitingList } } : {}),
});

const entryIn = (item: Record<string, AttributeValue> | undefined): NewsEntry | undefined =>
  item?.entry?.S === undefined ? undefined : (JSON.parse(item.entry.S) as NewsEntry);
