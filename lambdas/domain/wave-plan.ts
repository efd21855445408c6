import type { KitId } from './ids.ts';
import type { Wave } from './wave.ts';
import { type Candidate, chooseKits } from './wave-candidates.ts';

/** A wave as it would be chosen now; of its kits the first by name, and why it is they. The last one names none. */
export type PlannedWave = {
  readonly wave: number;
  readonly kits: number;
  readonly bakeSeconds?: number;
  readonly named: readonly { readonly kitId: KitId; readonly why: 'CANARY' | 'LEAST_BUSY'; readonly sources: number }[];
  /** Of the last wave: how many are in it because they could not be observed before. */
  readonly lastBecause?: { readonly ownerInstalls: number; readonly idle: number };
};

const namedAtMost = 5;

/** What waves a rotation would have if it began now; one for which nobody is left that could be observed has no kits and is passed over. */
export const planWaves = (plan: readonly Wave[], candidates: readonly Candidate[]): readonly PlannedWave[] => {
  let left = candidates;
  return plan.map(({ bakeSeconds }, index): PlannedWave => {
    const wave = index + 1;
    if (wave === plan.length) {
      const rest = left.filter(({ wave: at }) => at === undefined);
      const because = (why: Candidate['last']): number => rest.filter(({ last }) => last === why).length;
      const lastBecause = { ownerInstalls: because('OWNER_INSTALLS'), idle: because('IDLE') };
      return { wave, kits: rest.length, named: [], lastBecause };
    }
    const { chosen } = chooseKits(plan, wave, left);
    const ids = new Set(chosen.map(({ kitId }) => kitId));
    left = left.map((one) => (ids.has(one.kitId) ? { ...one, wave } : one));
    const named = chosen
      .slice(0, namedAtMost)
      .map(({ kitId, isCanary, sources }) => ({ kitId, why: isCanary ? 'CANARY' : 'LEAST_BUSY', sources }) as const);
    return { wave, kits: chosen.length, ...(bakeSeconds === undefined ? {} : { bakeSeconds }), named };
  });
};

/** How long the waves prove themselves at the least, in seconds. */
export const bakesOf = (waves: readonly PlannedWave[]): number =>
  waves.filter(({ kits }) => kits > 0).reduce((sum, { bakeSeconds = 0 }) => sum + bakeSeconds, 0);

/** A planned wave in a sentence: the same in the console and on the command line. */
export const plannedWaveSaid = ({ kits, bakeSeconds, named, lastBecause }: PlannedWave): string => {
  const count = `${kits} ${kits === 1 ? 'kit' : 'kits'}`;
  if (lastBecause) {
    const { ownerInstalls, idle } = lastBecause;
    const why = [
      ...(ownerInstalls > 0 ? [`${ownerInstalls} that their owners install`] : []),
      ...(idle > 0 ? [`${idle} that are idle and have no probeUrl`] : []),
    ];
    return why.length > 0 ? `${count}, among them ${why.join(' and ')}` : count;
  }
  if (kits === 0) return 'passed over: no other kit can be observed';
  const names = named.map(({ kitId, why, sources }) =>
    why === 'CANARY' ? `${kitId} (canary)` : `${kitId} (${sources} ${sources === 1 ? 'source' : 'sources'})`,
  );
  const more = kits - named.length;
  return `${count}, then ${bakeSeconds} s: ${names.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
};
