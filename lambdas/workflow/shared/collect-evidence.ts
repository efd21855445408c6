import { liveUsesIn } from '../../authorities/recorded-uses.ts';
import { cutOffIn } from '../../domain/cut-off.ts';
import { expectedIn } from '../../domain/expected.ts';
import type { Gateway, Rotation } from '../../domain/gateway.ts';
import type { Kit, Use } from '../../domain/kit.ts';
import { judgeKit, type KitVerdict } from '../../domain/kit-verdict.ts';
import {
  addSettled,
  addShard,
  type EvidenceSummary,
  emptySummary,
  settledIn,
  type Updated,
} from '../../domain/may-revoke.ts';
import { noRetiringUse, type RetiringUse, withRetiringUse } from '../../domain/retiring-use.ts';
import { type ShardProof, shardProof } from '../../domain/shard-proof.ts';
import { lastUseIn } from '../../domain/shown-use.ts';
import { addLooks, lookAtShard, type WaveLook } from '../../domain/wave-look.ts';
import { dueCredential, isInWaves } from '../../domain/waves.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { boundedMap } from '../../runtime/bounded-map.ts';

type Uses = Pick<Dependencies['uses'], 'ofCredential'>;
type Needs = { readonly kits: Pick<Dependencies['kits'], 'ofShard'>; readonly uses: Uses } & ClockAndLog;

/** How far collecting has come; one that did not fit into a function's time goes on from here. */
export type Collected = {
  readonly summary: EvidenceSummary;
  readonly nextShard: number;
  readonly done: boolean;
  readonly settled: Settled['shards'];
};

/** Shards in which nobody was late when their kits were read, not before `sinceMs`, by their number. */
export type Settled = { readonly sinceMs: number; readonly shards: Readonly<Record<string, Updated>> };

/** What to do about one kit's verdict before it counts, such as reading the kit back; it answers the kit as it is then. */
export type Refresh = (kit: Kit, verdict: KitVerdict) => Promise<Kit>;

/** Keeps what was read of a shard. */
type KeepProof = (proof: ShardProof) => Promise<void>;

export type CollectOptions = {
  readonly keep?: KeepProof;
  readonly refresh?: Refresh;
  /** In a pass that decides: what can be read back has to match since then. */
  readonly readBackSinceMs?: number;
  /** Only kits whose wave has come are judged, each by what it shall hold by now. */
  readonly byWaves?: true;
  /** Told who would be cut off now, shard by shard. */
  readonly onCutOff?: (list: readonly string[]) => void;
  /** A laggard decides it: with the first ones the pass is over. */
  readonly endsAtLaggard?: boolean;
  /** Their kits are not read again before a retiring credential is used there. */
  readonly settled?: Settled | undefined;
  readonly from?: Omit<Collected, 'settled'> | undefined;
  readonly untilMs?: number;
};

/** One pass may take so long; a larger fleet goes on where it ended, as long as no transition comes between. */
export const passMs = 240_000;

const kitsAtOnce = 10;
/** So many shards are read at once: 1,024 of them take seconds, and a function's memory holds them. */
const shardsAtOnce = 16;

/** Reads kits and use of every shard with strong consistency and judges each kit, until done or `untilMs` (at least a few shards). */
export const collectEvidence = async (
  needs: Needs,
  gateway: Gateway,
  rotation: Rotation,
  { from, untilMs = Number.POSITIVE_INFINITY, endsAtLaggard = false, ...options }: CollectOptions,
): Promise<Collected> => {
  let summary = from?.summary ?? emptySummary;
  let nextShard = from?.nextShard ?? 0;
  const settled: Record<string, Updated> = { ...options.settled?.shards };
  const isDecided = ({ laggards }: EvidenceSummary): boolean => endsAtLaggard && laggards > 0;
  do {
    const shards = Array.from(
      { length: Math.min(shardsAtOnce, gateway.shardCount - nextShard) },
      (_, index) => nextShard + index,
    );
    const collected = await Promise.all(shards.map((shard) => collectShard(needs, gateway, rotation, options, shard)));
    for (const [index, { known, verdicts, retiring, wave }] of collected.entries()) {
      const shard = nextShard + index;
      const updated = known ?? settledIn(verdicts, retiring);
      const looked = wave ? addLooks(summary.wave, wave) : summary.wave;
      const added = known ? addSettled(summary, shard, known, retiring) : addShard(summary, shard, verdicts, retiring);
      summary = { ...added, ...(looked ? { wave: looked } : {}) };
      if (updated) settled[shard] = updated;
      else delete settled[shard];
    }
    nextShard += shards.length;
  } while (nextShard < gateway.shardCount && needs.now() < untilMs && !isDecided(summary));
  const shownMs = gateway.authority ? lastUseIn(gateway.live, rotation.retireIds) : undefined;
  return {
    summary: shownMs === undefined ? summary : { ...summary, lastUseMs: Math.max(shownMs, summary.lastUseMs ?? 0) },
    nextShard,
    settled,
    done: nextShard >= gateway.shardCount || isDecided(summary),
  };
};

type CollectedShard = {
  /** Its kits were not read: this is still so. */
  readonly known?: Updated;
  readonly verdicts: readonly KitVerdict[];
  readonly retiring: RetiringUse;
  readonly wave?: WaveLook;
};

/** While there is nothing that kits shall hold. */
const nothing: CollectedShard = { verdicts: [], retiring: noRetiringUse };

const collectShard = async (
  { kits, uses, now }: Needs,
  gateway: Gateway,
  rotation: Rotation,
  { refresh, keep, readBackSinceMs, onCutOff, byWaves, settled }: CollectOptions,
  shard: number,
): Promise<CollectedShard> => {
  if (!rotation.targetId) return nothing;
  const known = settled?.shards[shard];
  if (settled && known) {
    const retiring = await retiringUseIn(uses, gateway, rotation, shard);
    if ((retiring.lastUseMs ?? 0) < settled.sinceMs) return { known, verdicts: [], retiring };
  }
  const found: Kit[] = [];
  for await (const kit of kits.ofShard(gateway.gatewayId, shard, gateway.shardCount)) found.push(kit);
  const expected = expectedIn({ ...gateway, rotation }, gateway.shardCount === 1 && found.length === 1);
  if (!expected) return nothing;
  const strangers: Use[] = [];
  const onStranger = onCutOff ? (use: Use) => void strangers.push(use) : () => undefined;
  const { byKit, retiring } = gateway.authority
    ? { byKit: new Map<string, Use[]>(), retiring: noRetiringUse } // kits call PingOne: nothing of them is recorded here
    : await usesOfShard(liveUsesIn(uses, gateway, shard), rotation, found, onStranger);
  const dueOf = (kit: Kit) => (byWaves ? dueCredential(rotation, kit) : expected.targetId);
  const judge = (kit: Kit, since: object): KitVerdict =>
    judgeKit(
      kit,
      byKit.get(kit.kitId) ?? [],
      { ...expected, targetId: dueOf(kit) ?? expected.targetId, ...since },
      now(),
    );
  const due = found.filter((kit) => dueOf(kit) !== undefined);
  const verdicts = await boundedMap(due, kitsAtOnce, async (kit) => {
    const verdict = judge(kit, {});
    const refreshed = refresh ? await refresh(kit, verdict) : kit;
    const wasSentBack = verdict.kind === 'LAGGARD' && verdict.redo; // it keeps the reason for which it was
    return wasSentBack ? verdict : judge(refreshed, readBackSinceMs === undefined ? {} : { readBackSinceMs });
  });
  await keep?.(shardProof({ shard, revision: gateway.transitionRevision, atMs: now() }, verdicts, byKit));
  onCutOff?.(cutOffIn(verdicts, strangers));
  const wave =
    byWaves && isInWaves(rotation)
      ? lookAtShard(rotation, due, verdicts, (kitId) => byKit.get(kitId) ?? [])
      : undefined;
  return { verdicts, retiring, ...(wave ? { wave } : {}) };
};

/** The use of retiring credentials in a shard in which there were no strangers. */
const retiringUseIn = async (
  uses: Uses,
  gateway: Gateway,
  { retireIds }: Rotation,
  shard: number,
): Promise<RetiringUse> => {
  const live = gateway.live.filter(({ credentialId }) => retireIds.includes(credentialId));
  let retiring = noRetiringUse;
  for await (const use of liveUsesIn(uses, { ...gateway, live }, shard))
    retiring = withRetiringUse(retiring, use, () => true);
  return retiring;
};

/** Of the recorded use of a shard what is needed: that of its kits, and of retiring credentials by whomever what it comes to. */
const usesOfShard = async (
  uses: AsyncIterable<Use>,
  { retireIds }: Rotation,
  kits: readonly Kit[],
  onStranger: (use: Use) => void,
): Promise<{ byKit: ReadonlyMap<string, readonly Use[]>; retiring: RetiringUse }> => {
  const byKit = new Map<string, Use[]>(kits.map(({ kitId }) => [kitId, []]));
  let retiring = noRetiringUse;
  for await (const use of uses) {
    const ofKit = use.kitId === undefined ? undefined : byKit.get(use.kitId);
    ofKit?.push(use);
    if (!retireIds.includes(use.credentialId)) continue;
    retiring = withRetiringUse(retiring, use, (kitId) => byKit.has(kitId));
    if (!ofKit) onStranger(use);
  }
  return { byKit, retiring };
};
