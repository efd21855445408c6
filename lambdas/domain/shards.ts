import type { Gateway } from './gateway.ts';

/** Which of `shardCount` shards a kit, or the use of a credential by it, is kept in: stable for a kit id. */
export const shardOf = (kitId: string, shardCount: number): number => {
  let hash = 0x811c9dc5; // FNV-1a, 32 bit
  for (let index = 0; index < kitId.length; index++) hash = Math.imul(hash ^ kitId.charCodeAt(index), 0x01000193) >>> 0;
  return hash % shardCount;
};

/**
 * The shards in which use by the sources of `shard` can have been recorded: this one, and what it was called while there
 * were fewer. Counts only double, so the shard of a source under an earlier count is the remainder of today's.
 */
export const shardsOfUse = (
  { earlierShardCounts = [] }: Pick<Gateway, 'earlierShardCounts'>,
  shard: number,
): readonly number[] => [...new Set([shard, ...earlierShardCounts.map((count) => shard % count)])];

/** Every shard of a gateway by its number. */
export const allShards = ({ shardCount }: Pick<Gateway, 'shardCount'>): readonly number[] =>
  Array.from({ length: shardCount }, (_, shard) => shard);
