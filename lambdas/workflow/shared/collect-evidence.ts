import type { Gateway, Rotation } from '../../domain/gateway.ts';
import type { Kit, Use } from '../../domain/kit.ts';
import { judgeKit, type KitVerdict } from '../../domain/kit-verdict.ts';
import { addShard, type EvidenceSummary, emptySummary } from '../../domain/may-revoke.ts';
import { type ShardProof, shardProof } from '../../domain/shard-proof.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { boundedMap } from '../../runtime/bounded-map.ts';

type Needs = {
  readonly kits: Pick<Dependencies['kits'], 'ofShard'>;
  readonly uses: Pick<Dependencies['uses'], 'ofCredential'>;
} & ClockAndLog;

/** How far collecting has come; one that did not fit into a function's time goes on from here. */
export type Collected = { readonly summary: EvidenceSummary; readonly nextShard: number; readonly done: boolean };

/** What to do about one kit's verdict before it counts, such as reading the kit back; it answers the kit as it is then. */
export type Refresh = (kit: Kit, verdict: KitVerdict) => Promise<Kit>;

/** Keeps what was read of a shard. */
export type KeepProof = (proof: ShardProof) => Promise<void>;

export type CollectOptions = {
  readonly keep?: KeepProof;
  readonly refresh?: Refresh;
  readonly from?: Collected | undefined;
  readonly untilMs?: number;
};

const kitsAtOnce = 10;

/** Reads kits and use of every shard with strong consistency and judges each kit, until done or `untilMs` (at least one shard). */
export const collectEvidence = async (
  needs: Needs,
  gateway: Gateway,
  rotation: Rotation,
  { refresh, keep, from, untilMs = Number.POSITIVE_INFINITY }: CollectOptions,
): Promise<Collected> => {
  let summary = from?.summary ?? emptySummary;
  let shard = from?.nextShard ?? 0;
  do {
    summary = await collectFromShard(needs, gateway, rotation, { refresh, keep }, shard, summary);
    shard += 1;
  } while (shard < gateway.shardCount && needs.now() < untilMs);
  return { summary, nextShard: shard, done: shard >= gateway.shardCount };
};

const collectFromShard = async (
  { kits, uses, now }: Needs,
  gateway: Gateway,
  rotation: Rotation,
  { refresh, keep }: { readonly refresh: Refresh | undefined; readonly keep: KeepProof | undefined },
  shard: number,
  summary: EvidenceSummary,
): Promise<EvidenceSummary> => {
  const { targetId } = rotation;
  if (!targetId) return summary;
  const { byKit, retiring } = await usesOfShard(uses, gateway, rotation, shard);
  const found: Kit[] = [];
  for await (const kit of kits.ofShard(gateway.gatewayId, shard, gateway.shardCount)) found.push(kit);
  const expected = {
    targetId,
    generation: rotation.generation,
    useRecordingSeconds: gateway.policy.useRecordingSeconds,
  };
  const judge = (kit: Kit): KitVerdict => judgeKit(kit, byKit.get(kit.kitId) ?? [], expected, now());
  const verdicts = await boundedMap(found, kitsAtOnce, async (kit) => {
    const verdict = judge(kit);
    const refreshed = refresh ? await refresh(kit, verdict) : kit;
    const wasSentBack = verdict.kind === 'LAGGARD' && verdict.redo; // it keeps the reason for which it was
    return wasSentBack ? verdict : judge(refreshed);
  });
  await keep?.(shardProof({ shard, revision: gateway.revision, atMs: now() }, verdicts, byKit));
  const known = new Set<string>(found.map((kit) => kit.kitId));
  return addShard(summary, shard, verdicts, retiring, (kitId) => known.has(kitId));
};

/** Every recorded use of a live credential in a shard: by kit, and those of retiring credentials by anybody. */
const usesOfShard = async (
  uses: Needs['uses'],
  gateway: Gateway,
  rotation: Rotation,
  shard: number,
): Promise<{ byKit: Map<string, Use[]>; retiring: Use[] }> => {
  const byKit = new Map<string, Use[]>();
  const retiring: Use[] = [];
  for (const { credentialId } of gateway.live)
    for await (const use of uses.ofCredential(gateway.gatewayId, credentialId, shard)) {
      if (rotation.retireIds.includes(credentialId)) retiring.push(use);
      if (use.kitId === undefined) continue;
      const ofKit = byKit.get(use.kitId);
      if (ofKit) ofKit.push(use);
      else byKit.set(use.kitId, [use]);
    }
  return { byKit, retiring };
};
