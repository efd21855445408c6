import type { Gateway } from './gateway.ts';
import { isWatched } from './quiet-window.ts';
import { refusedValues } from './refused-use.ts';
import type { Waves } from './wave.ts';
import type { WaveLook } from './wave-look.ts';
import { isInWaves, waveSaid } from './waves.ts';

/** The record carries the sentence; the entry beside it has more of them. */
const saidAtMost = 2;
/** One request may fail by chance: a rise has to be seen for so long. */
const riseMs = 60_000;

/** Whether the open wave may be followed by the next, has to go back, or what it waits for. Missing data never advances. */
export type WaveVerdict =
  | { readonly kind: 'READY'; readonly bakedSeconds: number }
  | { readonly kind: 'BAD'; readonly why: string }
  | { readonly kind: 'WAIT'; readonly why: string; readonly untilMs?: number };

export const judgeWave = (gateway: Gateway, look: WaveLook, nowMs: number): WaveVerdict => {
  const { rotation } = gateway;
  if (!isInWaves(rotation) || rotation.waves.phase !== 'OPEN' || look.number !== rotation.waves.number)
    return { kind: 'WAIT', why: 'that wave is not open' };
  const { waves } = rotation;
  const bad = badSaid(waves, look, nowMs);
  if (bad) return { kind: 'BAD', why: bad };
  if (look.kits === 0) return { kind: 'WAIT', why: 'none of its kits is registered any more' };
  if (look.observed < look.kits)
    return { kind: 'WAIT', why: `${look.observed} of ${counted(look.kits)} observed on the new credential` };
  if (look.failedChecks > (waves.failedChecks ?? 0)) return { kind: 'WAIT', why: risenSaid(waves, look) };
  const { bakingSinceMs } = waves;
  if (bakingSinceMs === undefined || !isWatched(gateway.policy, rotation, nowMs))
    return { kind: 'WAIT', why: 'the recording of use has to be proven' };
  const bakeMs = (waves.plan[waves.number - 1]?.bakeSeconds ?? 0) * 1000;
  if (nowMs < bakingSinceMs + bakeMs) return { kind: 'WAIT', why: 'it proves itself', untilMs: bakingSinceMs + bakeMs };
  if ((look.leastRecentMs ?? 0) <= bakingSinceMs)
    return { kind: 'WAIT', why: 'each of its kits has to be used once more' };
  return { kind: 'READY', bakedSeconds: Math.floor((nowMs - bakingSinceMs) / 1000) };
};

const badSaid = (waves: Waves, look: WaveLook, nowMs: number): string | undefined => {
  if (look.refused > 0) {
    const named = look.named.slice(0, saidAtMost);
    const more = look.refused - named.length;
    const signs = named.map(
      ({ kitId, source, code, atMs }) =>
        `kit ${kitId} presented ${refusedValues[code]} from ${source} at ${new Date(atMs).toISOString()}`,
    );
    return `${signs.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
  }
  const { risenSinceMs } = waves;
  const isRisen = look.failedChecks > (waves.failedChecks ?? 0);
  return isRisen && risenSinceMs !== undefined && nowMs - risenSinceMs >= riseMs ? risenSaid(waves, look) : undefined;
};

const risenSaid = ({ failedChecks = 0 }: Waves, look: WaveLook): string =>
  `requests through ${look.failedChecks} of ${counted(look.kits)} fail, through ${failedChecks} did before`;

const counted = (count: number): string => `${count} ${count === 1 ? 'kit' : 'kits'}`;

/** `wave 1 of 3: 1 of 1 kit observed, baked 600 s` */
export const readySaid = (waves: Waves, look: WaveLook, bakedSeconds: number): string =>
  `${waveSaid(waves)}: ${look.observed} of ${counted(look.kits)} observed, baked ${bakedSeconds} s`;
