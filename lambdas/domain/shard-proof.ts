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
type KitProof = {
  readonly verdict: KitVerdict;
  /** How many more addresses the verdict has than it names. */
  readonly unnamedAddresses?: number;
  readonly sources: readonly Use[];
};

/** So many sources and addresses of one kit are kept: a kit has to fit into an item, however many nodes it has. */
const sourcesAtMost = 8;
const addressesAtMost = 20;

/** The proof of a shard as it is kept, with the latest uses of each kit. */
export const shardProof = (
  at: Pick<ShardProof, 'shard' | 'revision' | 'atMs'>,
  verdicts: readonly KitVerdict[],
  byKit: ReadonlyMap<string, readonly Use[]>,
): ShardProof => ({
  ...at,
  kits: verdicts.map((verdict) => ({
    ...bounded(verdict),
    sources: latest(byKit.get(verdict.kitId) ?? [], sourcesAtMost),
  })),
});

const bounded = (verdict: KitVerdict): Pick<KitProof, 'verdict' | 'unnamedAddresses'> =>
  verdict.kind === 'UPDATED' || verdict.addresses.length <= addressesAtMost
    ? { verdict }
    : {
        verdict: { ...verdict, addresses: verdict.addresses.slice(0, addressesAtMost) },
        unnamedAddresses: verdict.addresses.length - addressesAtMost,
      };

const latest = (uses: readonly Use[], count: number): readonly Use[] =>
  uses.toSorted((one, other) => other.lastUsedAtMs - one.lastUsedAtMs).slice(0, count);
