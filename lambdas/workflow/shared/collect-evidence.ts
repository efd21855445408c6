import type { Gateway, Rotation } from '../../domain/gateway.ts';
import type { Kit, Use } from '../../domain/kit.ts';
import { judgeKit, type KitVerdict } from '../../domain/kit-verdict.ts';
import { addShard, emptyTally, type Tally } from '../../domain/may-revoke.ts';
import { type ShardProof, shardProof } from '../../domain/shard-proof.ts';
import { mapped } from '../../runtime/bounded-map.ts';
import type { Always, Equipment } from '../../wiring/dependencies.ts';

type Needs = {
  readonly kits: Pick<Equipment['kits'], 'ofShard'>;
  readonly uses: Pick<Equipment['uses'], 'ofCredential'>;
} & Always;

/** How far a look has come; one that did not fit into a function's time goes on from here. */
export type Look = { readonly tally: Tally; readonly nextShard: number; readonly done: boolean };

/** What to do about one kit's verdict before it counts, such as reading the kit back; it answers the kit as it is then. */
export type Refresh = (kit: Kit, verdict: KitVerdict) => Promise<Kit>;

/** Keeps what was read of a shard. */
export type KeepProof = (proof: ShardProof) => Promise<void>;

export type LookOptions = {
  readonly keep?: KeepProof;
  readonly refresh?: Refresh;
  readonly from?: Look | undefined;
  readonly untilMs?: number;
};

const kitsAtOnce = 10;

/** Reads kits and use of every shard with strong consistency and judges each kit, until done or `untilMs` (at least one shard). */
export const lookAtKits = async (
  needs: Needs,
  gateway: Gateway,
  rotation: Rotation,
  { refresh, keep, from, untilMs = Number.POSITIVE_INFINITY }: LookOptions,
): Promise<Look> => {
  let tally = from?.tally ?? emptyTally;
  let shard = from?.nextShard ?? 0;
  do {
    tally = await lookAtShard(needs, gateway, rotation, { refresh, keep }, shard, tally);
    shard += 1;
  } while (shard < gateway.shardCount && needs.now() < untilMs);
  return { tally, nextShard: shard, done: shard >= gateway.shardCount };
};

const lookAtShard = async (
  { kits, uses, now }: Needs,
  gateway: Gateway,
  rotation: Rotation,
  { refresh, keep }: { readonly refresh: Refresh | undefined; readonly keep: KeepProof | undefined },
  shard: number,
  tally: Tally,
): Promise<Tally> => {
  const { targetId } = rotation;
  if (!targetId) return tally;
  const { byKit, retiring } = await usesOfShard(uses, gateway, rotation, shard);
  const found: Kit[] = [];
  for await (const kit of kits.ofShard(gateway.gatewayId, shard, gateway.shardCount)) found.push(kit);
  const expected = {
    targetId,
    generation: rotation.generation,
    useRecordingSeconds: gateway.policy.useRecordingSeconds,
  };
  const judge = (kit: Kit): KitVerdict => judgeKit(kit, byKit.get(kit.kitId) ?? [], expected, now());
  const verdicts = await mapped(found, kitsAtOnce, async (kit) => {
    const verdict = judge(kit);
    const refreshed = refresh ? await refresh(kit, verdict) : kit;
    const wasSentBack = verdict.kind === 'LAGGARD' && verdict.redo; // it keeps the reason for which it was
    return wasSentBack ? verdict : judge(refreshed);
  });
  await keep?.(shardProof({ shard, revision: gateway.revision, atMs: now() }, verdicts, byKit));
  const known = new Set<string>(found.map((kit) => kit.kitId));
  return addShard(tally, shard, verdicts, retiring, (kitId) => known.has(kitId));
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
