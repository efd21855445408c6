import { cutOffIn } from '../../domain/cut-off.ts';
import { expectedIn } from '../../domain/expected.ts';
import type { Gateway, Rotation } from '../../domain/gateway.ts';
import type { Kit, Use } from '../../domain/kit.ts';
import { judgeKit, type KitVerdict } from '../../domain/kit-verdict.ts';
import { addShard, type EvidenceSummary, emptySummary } from '../../domain/may-revoke.ts';
import { type ShardProof, shardProof } from '../../domain/shard-proof.ts';
import { shownLastUse } from '../../domain/shared-use.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { boundedMap } from '../../runtime/bounded-map.ts';
import { liveUsesIn } from './recorded-uses.ts';

type Uses = Pick<Dependencies['uses'], 'ofCredential'>;
type Needs = { readonly kits: Pick<Dependencies['kits'], 'ofShard'>; readonly uses: Uses } & ClockAndLog;

/** How far collecting has come; one that did not fit into a function's time goes on from here. */
export type Collected = { readonly summary: EvidenceSummary; readonly nextShard: number; readonly done: boolean };

/** What to do about one kit's verdict before it counts, such as reading the kit back; it answers the kit as it is then. */
export type Refresh = (kit: Kit, verdict: KitVerdict) => Promise<Kit>;

/** Keeps what was read of a shard. */
type KeepProof = (proof: ShardProof) => Promise<void>;

export type CollectOptions = {
  readonly keep?: KeepProof;
  readonly refresh?: Refresh;
  /** In a pass that decides: what can be read back has to match since then. */
  readonly readBackSinceMs?: number;
  /** Told who would be cut off now, shard by shard. */
  readonly onCutOff?: (list: readonly string[]) => void;
  readonly from?: Collected | undefined;
  readonly untilMs?: number;
};

const kitsAtOnce = 10;
/** So many shards are read at once: 1,024 of them take seconds, and a function's memory holds them. */
const shardsAtOnce = 16;

/** Reads kits and use of every shard with strong consistency and judges each kit, until done or `untilMs` (at least a few shards). */
export const collectEvidence = async (
  needs: Needs,
  gateway: Gateway,
  rotation: Rotation,
  { from, untilMs = Number.POSITIVE_INFINITY, ...options }: CollectOptions,
): Promise<Collected> => {
  let summary = from?.summary ?? emptySummary;
  let nextShard = from?.nextShard ?? 0;
  do {
    const shards = Array.from(
      { length: Math.min(shardsAtOnce, gateway.shardCount - nextShard) },
      (_, index) => nextShard + index,
    );
    const collected = await Promise.all(shards.map((shard) => collectShard(needs, gateway, rotation, options, shard)));
    for (const [index, { verdicts, retiring, isRegistered }] of collected.entries())
      summary = addShard(summary, nextShard + index, verdicts, retiring, isRegistered);
    nextShard += shards.length;
  } while (nextShard < gateway.shardCount && needs.now() < untilMs);
  const shownMs = gateway.authority ? shownLastUse(gateway, rotation.retireIds) : undefined;
  return {
    summary: shownMs === undefined ? summary : { ...summary, lastUseMs: Math.max(shownMs, summary.lastUseMs ?? 0) },
    nextShard,
    done: nextShard >= gateway.shardCount,
  };
};

type CollectedShard = {
  readonly verdicts: readonly KitVerdict[];
  readonly retiring: readonly Use[];
  readonly isRegistered: (kitId: string) => boolean;
};

/** While there is nothing that kits shall hold. */
const nothing: CollectedShard = { verdicts: [], retiring: [], isRegistered: () => true };

const collectShard = async (
  { kits, uses, now }: Needs,
  gateway: Gateway,
  rotation: Rotation,
  { refresh, keep, readBackSinceMs, onCutOff }: CollectOptions,
  shard: number,
): Promise<CollectedShard> => {
  if (!rotation.targetId) return nothing;
  const { byKit, retiring } = gateway.authority
    ? { byKit: new Map<string, Use[]>(), retiring: [] } // kits call PingOne: nothing of them is recorded here
    : await usesOfShard(uses, gateway, rotation, shard);
  const found: Kit[] = [];
  for await (const kit of kits.ofShard(gateway.gatewayId, shard, gateway.shardCount)) found.push(kit);
  const expected = expectedIn({ ...gateway, rotation }, gateway.shardCount === 1 && found.length === 1);
  if (!expected) return nothing;
  const judge = (kit: Kit, since: object): KitVerdict =>
    judgeKit(kit, byKit.get(kit.kitId) ?? [], { ...expected, ...since }, now());
  const verdicts = await boundedMap(found, kitsAtOnce, async (kit) => {
    const verdict = judge(kit, {});
    const refreshed = refresh ? await refresh(kit, verdict) : kit;
    const wasSentBack = verdict.kind === 'LAGGARD' && verdict.redo; // it keeps the reason for which it was
    return wasSentBack ? verdict : judge(refreshed, readBackSinceMs === undefined ? {} : { readBackSinceMs });
  });
  await keep?.(shardProof({ shard, revision: gateway.transitionRevision, atMs: now() }, verdicts, byKit));
  const known = new Set<string>(found.map((kit) => kit.kitId));
  onCutOff?.(
    cutOffIn(
      verdicts,
      retiring.filter(({ kitId }) => kitId === undefined || !known.has(kitId)),
    ),
  );
  return { verdicts, retiring, isRegistered: (kitId) => known.has(kitId) };
};

/** Every recorded use of a live credential in a shard: by kit, and those of retiring credentials by anybody. */
const usesOfShard = async (
  uses: Uses,
  gateway: Gateway,
  rotation: Rotation,
  shard: number,
): Promise<{ byKit: Map<string, Use[]>; retiring: Use[] }> => {
  const byKit = new Map<string, Use[]>();
  const retiring: Use[] = [];
  for (const use of await liveUsesIn(uses, gateway, shard)) {
    if (rotation.retireIds.includes(use.credentialId)) retiring.push(use);
    if (use.kitId === undefined) continue;
    const ofKit = byKit.get(use.kitId);
    if (ofKit) ofKit.push(use);
    else byKit.set(use.kitId, [use]);
  }
  return { byKit, retiring };
};
