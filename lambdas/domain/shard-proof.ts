import type { Use } from './kit.ts';
import type { KitVerdict } from './kit-verdict.ts';

/** What was read of one shard immediately before the decision that it justifies, at that revision of the gateway. */
export type ShardProof = {
  readonly shard: number;
  readonly revision: number;
  readonly atMs: number;
  readonly kits: readonly KitProof[];
};

/** The verdict on one kit, and the sources whose use it rests on. */
type KitProof = { readonly verdict: KitVerdict; readonly sources: readonly Use[] };

/** So many sources of one kit are kept: an item of DynamoDB has 400 KB, and a shard about 100 kits. */
const sourcesAtMost = 8;

/** The proof of a shard as it is kept, with the latest uses of each kit. */
export const shardProof = (
  at: Pick<ShardProof, 'shard' | 'revision' | 'atMs'>,
  verdicts: readonly KitVerdict[],
  byKit: ReadonlyMap<string, readonly Use[]>,
): ShardProof => ({
  ...at,
  kits: verdicts.map((verdict) => ({
    verdict,
    sources: latest(byKit.get(verdict.kitId) ?? [], sourcesAtMost),
  })),
});

const latest = (uses: readonly Use[], count: number): readonly Use[] =>
  uses.toSorted((one, other) => other.lastUsedAtMs - one.lastUsedAtMs).slice(0, count);
