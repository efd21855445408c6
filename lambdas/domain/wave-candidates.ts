import type { KitId } from './ids.ts';
import { type Kit, sourceOf, type Use } from './kit.ts';
import { isRetired } from './kit-verdict.ts';
import type { Wave } from './wave.ts';
import { sizeOf } from './wave-policy.ts';

/** What is known of a kit when the kits of a wave are chosen; `use` only of one that can be observed in a wave. */
export type Candidate = {
  readonly kitId: KitId;
  readonly isCanary: boolean;
  /** The wave that it was chosen for before, in this rotation. */
  readonly wave?: number;
  /** Why it is left for the last wave. */
  readonly last?: 'OWNER_INSTALLS' | 'IDLE';
  /** By how many sources it is used, and when last: with the fewest first, the least goes wrong. */
  readonly sources: number;
  readonly lastUseMs: number;
};

/**
 * A kit as a candidate. One that its owner installs waits for a person, and one that is idle and has no `probeUrl` shows
 * nothing: a wave of such kits would never be observed.
 */
export const candidateOf = (kit: Kit, uses: readonly Use[], wave: number | undefined, nowMs: number): Candidate => {
  const recent = uses.filter((use) => use.lastUsedAtMs >= nowMs - kit.lookBackSeconds * 1000 && !isRetired(kit, use));
  const isIdle = recent.length === 0 && kit.probeUrl === undefined;
  const last = kit.traits.installedBy === 'owner' ? 'OWNER_INSTALLS' : isIdle ? 'IDLE' : undefined;
  return {
    kitId: kit.kitId,
    isCanary: kit.canary === true,
    ...(wave === undefined ? {} : { wave }),
    ...(last ? { last } : {}),
    sources: new Set(recent.map(sourceOf)).size,
    lastUseMs: recent.reduce((latest, use) => Math.max(latest, use.lastUsedAtMs), 0),
  };
};

const byBusyness = (one: Candidate, other: Candidate): number =>
  Number(other.isCanary) - Number(one.isCanary) ||
  one.sources - other.sources ||
  other.lastUseMs - one.lastUseMs ||
  (one.kitId < other.kitId ? -1 : 1);

/**
 * The kits of wave `number`: canaries first, then those with the fewest sources, until the wave has its size. Whoever was
 * chosen before stays so; chosen again after a crash, it comes to the same size. Fewer, or none, when no more can be observed.
 */
export const chooseKits = (
  plan: readonly Wave[],
  number: number,
  candidates: readonly Candidate[],
): { readonly chosen: readonly Candidate[]; readonly added: readonly Candidate[] } => {
  const wave = plan[number - 1];
  const isBefore = ({ wave: at }: Candidate): boolean => at !== undefined && at < number;
  const before = candidates.filter(isBefore).length;
  const already = candidates.filter((one) => one.wave === number);
  const room = wave ? Math.max(0, sizeOf(wave, candidates.length) - before - already.length) : 0;
  const free = candidates.filter((one) => one.last === undefined && !isBefore(one) && one.wave !== number);
  const added = free.toSorted(byBusyness).slice(0, room);
  return { chosen: [...already, ...added], added };
};
