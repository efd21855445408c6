import type { Waves } from '../../domain/wave.ts';
import { waveSaid } from '../../domain/waves.ts';
import { counted, inFull } from './labels.ts';
import type { Ahead, Waiting } from './views.ts';

const bakeSecondsOf = ({ plan, number }: Waves): number => plan[number - 1]?.bakeSeconds ?? 0;
const named = (waves: Waves): string => waveSaid(waves).replace(/^w/, 'W');

/** What a rotation in waves waits for, before every kit may have the credential. */
export const waveWaits = (waves: Waves): readonly Waiting[] => {
  const { phase, kits = 0, seen, bakingSinceMs, risenSinceMs, wentBack } = waves;
  if (phase === 'TO_OPEN') return [{ text: `${named(waves)} is about to open.` }];
  if (phase === 'GOING_BACK')
    return [
      {
        text: `${named(waves)} is bad: ${wentBack?.why}. Its kits get the old credential again; then a person decides.`,
      },
    ];
  const bakeSeconds = bakeSecondsOf(waves);
  const risen = risenSinceMs === undefined ? [] : [{ text: 'More requests through its kits fail than before.' }];
  if (bakingSinceMs === undefined) {
    const text = `${named(waves)}: ${seen?.observed ?? 0} of ${counted(seen?.kits ?? kits, 'kit')} observed on the new credential. When all are, it has to prove itself for ${bakeSeconds} s.`;
    return [{ text }, ...risen];
  }
  const text = `${named(waves)} proves itself since ${inFull(bakingSinceMs)}: each of its ${counted(kits, 'kit')} is observed, and has to be used once more without anything bad.`;
  return [{ text, untilAtMs: bakingSinceMs + bakeSeconds * 1000 }];
};

/** What happens by itself when the open wave has proven itself. */
export const waveAhead = (waves: Waves): readonly Ahead[] => {
  const { phase, bakingSinceMs, number, plan } = waves;
  if (phase !== 'OPEN' || bakingSinceMs === undefined) return [];
  const text = `Wave ${number + 1} of ${plan.length} opens, unless something bad is seen.`;
  return [{ text, atMs: bakingSinceMs + bakeSecondsOf(waves) * 1000 }];
};
