import type { GatewayId } from '../domain/ids.ts';
import { keys } from '../domain/names.ts';
import { shardOf } from '../domain/shards.ts';
import type { ItemCalls } from './item-calls.ts';
import { itemKey } from './item-key.ts';

/** The partition of the kits of a shard. */
export const kitsPartition = (gatewayId: GatewayId, shard: number): string => `KITS#${gatewayId}#${shard}`;
/** The key of the item of a kit. */
export const kitKey = (gatewayId: GatewayId, kitId: string, shardCount: number) =>
  itemKey(kitsPartition(gatewayId, shardOf(kitId, shardCount)), kitId);

/** Whether a kit is registered, or was; rejects as the call does. */
export const isRegisteredKit = async (
  calls: Pick<ItemCalls, 'getItem'>,
  table: string,
  {
    gatewayId,
    kitId,
    shardCount,
  }: { readonly gatewayId: GatewayId; readonly kitId: string; readonly shardCount: number },
  signal: AbortSignal,
): Promise<boolean> => {
  const key = {
    TableName: table,
    Key: kitKey(gatewayId, kitId, shardCount),
    ConsistentRead: true,
    ProjectionExpression: keys.partition,
  } as const;
  return (await calls.getItem(key, signal)) !== undefined;
};
