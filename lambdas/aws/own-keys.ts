import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { GatewayId } from '../domain/ids.ts';
import type { SeenKey, SeenKeys } from '../domain/own-keys.ts';
import type { OwnKeys } from '../ports.ts';
import { callDynamoDb, queryItems, wholePartition } from './dynamodb.ts';
import { itemKey } from './item-key.ts';
import { inParts } from './item-parts.ts';

/** The first item of a look; `parts` is how many others hold its keys. */
type FirstItem = Omit<SeenKeys, 'keys'> & { readonly parts: number };

/** What is known of own keys, in a table: an item that says how many parts there are, written last. Parts of another look are left out, and that one is not whole. */
export const ownKeysIn = (dynamodb: DynamoDBClient, table: string): OwnKeys => {
  const put = async (gatewayId: GatewayId, sort: string, value: Record<string, { S: string }>) => {
    const Item = { ...itemKey(partitionOf(gatewayId), sort), ...value };
    await callDynamoDb(
      `Keeping the own keys of gateway ${gatewayId}`,
      dynamodb.send(new PutItemCommand({ TableName: table, Item })),
    );
  };
  return {
    keep: async (gatewayId, { keys, ...look }) => {
      const parts = inParts(keys);
      for (const [index, part] of parts.entries())
        await put(gatewayId, sortOfPart(index), {
          part: { S: JSON.stringify(part) },
          lookedAt: { S: `${look.lookedAtMs}` },
        });
      const first: FirstItem = { ...look, parts: parts.length };
      await put(gatewayId, firstSort, { look: { S: JSON.stringify(first) } });
    },
    of: async (gatewayId) => {
      const what = `Reading the own keys of gateway ${gatewayId}`;
      let look: FirstItem | undefined;
      const keys: SeenKey[] = [];
      let parts = 0;
      for await (const item of queryItems(dynamodb, what, wholePartition(table, partitionOf(gatewayId)))) {
        if (item.look?.S) look = JSON.parse(item.look.S) as FirstItem;
        else if (look && parts < look.parts && item.lookedAt?.S === `${look.lookedAtMs}`) {
          parts += 1;
          for (const key of JSON.parse(item.part?.S ?? '[]') as SeenKey[]) keys.push(key);
        }
      }
      if (!look) return undefined;
      return { lookedAtMs: look.lookedAtMs, isWhole: look.isWhole && parts === look.parts, keys };
    },
  };
};

const partitionOf = (gatewayId: GatewayId): string => `KEYS#${gatewayId}`;
/** Before every part. */
const firstSort = 'LOOK';
const sortOfPart = (index: number): string => `PART#${`${index}`.padStart(6, '0')}`;
