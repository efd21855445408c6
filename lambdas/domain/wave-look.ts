import type { Rotation } from './gateway.ts';
import type { KitId } from './ids.ts';
import { type Kit, sourceOf, type Use } from './kit.ts';
import { isRetired, type KitVerdict } from './kit-verdict.ts';
import type { RefusedValue } from './refused-use.ts';
import type { Waves } from './wave.ts';
import { type InWaves, isOfWave } from './waves.ts';

/** A source of a kit was refused after the kit was given the credential. */
type BadSign = {
  readonly kitId: KitId;
  readonly owner: string;
  readonly source: string;
  readonly code: RefusedValue;
  readonly atMs: number;
};

/** A request through the kit had no answer, or an error. */
export type FailingKit = { readonly kitId: KitId; readonly owner: string };

/** What one look saw of the kits of the open wave, added up over the shards; of signs the first {@link signsAtMost} by name. */
export type WaveLook = {
  readonly number: number;
  readonly kits: number;
  readonly observed: number;
  /** How many have sufficient evidence of any kind for what they shall hold. */
  readonly updated: number;
  /** Of the observed kits the one whose last use is the longest ago: when that was. */
  readonly leastRecentMs?: number;
  /** How many requests through its kits failed. */
  readonly failedChecks: number;
  /** The first of these kits. */
  readonly failing: readonly FailingKit[];
  readonly refused: number;
  readonly named: readonly BadSign[];
};

const signsAtMost = 5;

export const noLook = (number: number): WaveLook => ({
  number,
  kits: 0,
  observed: 0,
  updated: 0,
  failedChecks: 0,
  failing: [],
  refused: 0,
  named: [],
});

/** What a shard shows of the kits of the open wave. */
export const lookAtShard = (
  rotation: InWaves,
  kits: readonly Kit[],
  verdicts: readonly KitVerdict[],
  usesOf: (kitId: KitId) => readonly Use[],
): WaveLook => {
  const byKit = new Map(verdicts.map((one) => [one.kitId, one]));
  const ofWave = kits.filter((kit) => isOfWave(rotation, kit));
  const seen = ofWave.flatMap(({ kitId }) => {
    const verdict = byKit.get(kitId);
    return verdict?.kind === 'UPDATED' && verdict.evidence.kind === 'observed' ? [verdict.evidence.atMs] : [];
  });
  const signs = ofWave.flatMap((kit) => signsOf(rotation.waves, kit, usesOf(kit.kitId)));
  return {
    ...noLook(rotation.waves.number),
    kits: ofWave.length,
    observed: seen.length,
    updated: ofWave.filter(({ kitId }) => byKit.get(kitId)?.kind === 'UPDATED').length,
    ...(seen.length > 0 ? { leastRecentMs: Math.min(...seen) } : {}),
    refused: signs.length,
    named: signs.slice(0, signsAtMost),
  };
};

const signsOf = ({ openedAtMs = 0 }: Waves, kit: Kit, uses: readonly Use[]): readonly BadSign[] => {
  const { kitId, owner, work } = kit;
  if (work === undefined) return [];
  const signs = uses.flatMap((use) =>
    use.refused && use.refused.atMs > openedAtMs && use.refused.atMs >= work.changedAtMs && !isRetired(kit, use)
      ? [{ kitId, owner, source: sourceOf(use), ...use.refused }]
      : [],
  );
  return [...new Map(signs.map((one) => [one.source, one])).values()]; // a source may have used several credentials
};

/** The look with the kits that were asked as clients would, and did not answer. */
export const withFailing = (look: WaveLook, failing: readonly FailingKit[]): WaveLook =>
  addLooks(look, { ...noLook(look.number), failedChecks: failing.length, failing });

export const addLooks = (one: WaveLook | undefined, other: WaveLook): WaveLook => {
  if (!one) return other;
  const times = [one.leastRecentMs, other.leastRecentMs].filter((atMs) => atMs !== undefined);
  return {
    number: other.number,
    kits: one.kits + other.kits,
    observed: one.observed + other.observed,
    updated: one.updated + other.updated,
    ...(times.length > 0 ? { leastRecentMs: Math.min(...times) } : {}),
    failedChecks: one.failedChecks + other.failedChecks,
    failing: [...one.failing, ...other.failing].slice(0, signsAtMost),
    refused: one.refused + other.refused,
    named: [...one.named, ...other.named].slice(0, signsAtMost),
  };
};

const isGood = ({ failedChecks: before = 0 }: Waves, { kits, observed, refused, failedChecks }: WaveLook): boolean =>
  kits > 0 && observed === kits && refused === 0 && failedChecks <= before;

/** The rotation after a look in a chain of watching: the wave bakes since the first good one, and begins again with one that is not. */
export const withLook = (rotation: Rotation, look: WaveLook | undefined, nowMs: number): Rotation => {
  const { waves } = rotation;
  if (!waves || !look || waves.phase !== 'OPEN' || look.number !== waves.number) return rotation;
  const { bakingSinceMs, risenSinceMs, ...rest } = waves;
  const hasRisen = look.failedChecks > (waves.failedChecks ?? 0);
  return {
    ...rotation,
    waves: {
      ...rest,
      seen: { atMs: nowMs, kits: look.kits, observed: look.observed },
      ...(hasRisen ? { risenSinceMs: risenSinceMs ?? nowMs } : {}),
      ...(isGood(waves, look) ? { bakingSinceMs: bakingSinceMs ?? nowMs } : {}),
    },
  };
};
