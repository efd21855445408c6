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

/** So many kits are given the credential by one call of a function, and so many calls run at once: `MaxConcurrency` of the workflow. */
export const kitsPerCall = 100;
export const callsAtOnce = 10;

/** What one call takes on: one shard, or several of which only few kits are left. */
export type ShardsOfCall = number | readonly number[];

/** The shards with kits that are to be given the credential again, for as few calls as have to be. */
export const shardsByCall = (shards: readonly number[], kits: number): readonly ShardsOfCall[] => {
  const together = Math.max(1, Math.floor((kitsPerCall * shards.length) / Math.max(1, kits)));
  if (together === 1) return shards;
  return Array.from({ length: Math.ceil(shards.length / together) }, (_, call) =>
    shards.slice(call * together, (call + 1) * together),
  );
};

/** Every shard of a gateway by its number. */
export const allShards = ({ shardCount }: Pick<Gateway, 'shardCount'>): readonly number[] =>
  Array.from({ length: shardCount }, (_, shard) => shard);
