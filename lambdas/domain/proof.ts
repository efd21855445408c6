import type { KitVerdict } from './evidence.ts';
import type { KitId } from './ids.ts';
import type { Use } from './kit.ts';

/** What was read of one shard immediately before the decision that it justifies, at that revision of the gateway. */
export type ShardProof = {
  readonly shard: number;
  readonly revision: number;
  readonly atMs: number;
  readonly kits: readonly KitProof[];
  /** Recorded use of the credentials that are retired, by anybody. */
  readonly uses: readonly Use[];
};

/** The verdict on one kit, and the sources whose use it rests on. */
export type KitProof = { readonly verdict: KitVerdict; readonly sources: readonly Use[] };

/** So many sources of one kit, and uses of a shard, are kept: an item of DynamoDB has 400 KB, and a shard about 100 kits. */
export const keptAtMost = { sourcesOfKit: 8, usesOfShard: 400 } as const;

/** The proof of a shard as it is kept: the latest uses of each kit, and of old credentials. */
export const shardProof = (
  at: Pick<ShardProof, 'shard' | 'revision' | 'atMs'>,
  verdicts: readonly KitVerdict[],
  byKit: ReadonlyMap<string, readonly Use[]>,
  retiring: readonly Use[],
): ShardProof => ({
  ...at,
  kits: verdicts.map((verdict) => ({
    verdict,
    sources: latest(byKit.get(verdict.kitId) ?? [], keptAtMost.sourcesOfKit),
  })),
  uses: latest(retiring, keptAtMost.usesOfShard),
});

const latest = (uses: readonly Use[], count: number): readonly Use[] =>
  uses.toSorted((one, other) => other.lastUsedAtMs - one.lastUsedAtMs).slice(0, count);

/** All shards together, when every one of them was read for the same decision. */
export const kitsIn = (proofs: readonly ShardProof[]): readonly (KitProof & { readonly kitId: KitId })[] =>
  proofs.flatMap(({ kits }) => kits.map((one) => ({ ...one, kitId: one.verdict.kitId })));
