import type { Gateway } from './gateway.ts';

/** Which of `shardCount` shards a kit, or the use of a credential by it, is kept in: stable for a kit id. */
export const shardOf = (kitId: string, shardCount: number): number => {
  let hash = 0x811c9dc5; // FNV-1a, 32 bit
  for (let index = 0; index < kitId.length; index++) hash = Math.imul(hash ^ kitId.charCodeAt(index), 0x01000193) >>> 0;
  return hash % shardCount;
};

/** Every shard of a gateway by its number. */
export const allShards = ({ shardCount }: Pick<Gateway, 'shardCount'>): readonly number[] =>
  Array.from({ length: shardCount }, (_, shard) => shard);
