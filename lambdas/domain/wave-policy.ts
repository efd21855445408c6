import type { Wave } from './wave.ts';

/** What of a policy waves have to fit, and what of its kits. */
type Timing = {
  readonly useRecordingSeconds: number;
  readonly quietWindowSeconds: number;
  readonly deadlineSeconds: number;
  readonly waves?: readonly Wave[];
};
type KitOfWaves = {
  readonly kitId: string;
  readonly propagationSeconds: number;
  readonly installedBy?: 'us' | 'owner';
  readonly canary?: boolean;
};

/** The record carries them, and a person has to follow them. */
export const wavesAtMost = 6;
/** A wave that has to prove itself for longer belongs into a rotation of its own. */
export const longestBakeSeconds = 7 * 86_400;

const sizeText = ({ kits, percent }: Wave): string => (kits === undefined ? `${percent} percent` : `kits ${kits}`);

/** How many of `total` kits have the credential when the wave is over. */
export const sizeOf = ({ kits, percent = 100 }: Wave, total: number): number =>
  Math.min(total, kits ?? Math.ceil((total * percent) / 100));

/** What is wrong with the waves of a policy, as sentences with the numbers; `isRecorded` as in `contradictions`. */
export const waveContradictions = (
  policy: Timing,
  kits: readonly KitOfWaves[],
  isRecorded: boolean,
): readonly string[] => {
  const { waves } = policy;
  const named = kits.filter(({ canary }) => canary);
  const owners = named
    .filter(({ installedBy }) => installedBy === 'owner')
    .map(({ kitId }) => `kit "${kitId}" is a canary, but its owner installs it: a wave would wait for a person.`);
  if (!waves)
    return named.length > 0
      ? [`kit "${named[0]?.kitId}" is a canary, but the policy has no waves: give it some, or take the canary away.`]
      : [];
  if (!isRecorded)
    return [
      'waves are given, but the kits of this gateway call PingOne, where nobody sees which kit uses which credential: no wave could be observed. Leave them out.',
    ];
  return [...shapeContradictions(waves), ...owners, ...timeContradictions(policy, waves, kits)];
};

const shapeContradictions = (waves: readonly Wave[]): readonly string[] => {
  const last = waves.at(-1);
  const grows = (one: Wave, before: Wave): boolean =>
    (one.kits === undefined || before.kits === undefined || one.kits > before.kits) &&
    (one.percent === undefined || before.percent === undefined || one.percent > before.percent);
  return [
    ...waves.flatMap((one, index) => {
      const before = waves[index - 1];
      return before && !grows(one, before)
        ? [
            `wave ${index + 1} is ${sizeText(one)} after ${sizeText(before)}: each has to be larger than the one before.`,
          ]
        : [];
    }),
    ...waves
      .slice(0, -1)
      .flatMap((one, index) => [
        ...(one.bakeSeconds === undefined
          ? [`wave ${index + 1} has no bakeSeconds: it says how long it has to prove itself before the next one.`]
          : []),
        ...(one.percent === 100 ? [`wave ${index + 1} is 100 percent, but is not the last one.`] : []),
      ]),
    ...(last?.percent === 100
      ? []
      : [`the last wave is ${last ? sizeText(last) : 'absent'}: it has to be percent 100.`]),
    ...(last?.bakeSeconds === undefined
      ? []
      : [
          `the last wave has bakeSeconds ${last.bakeSeconds}, but nothing comes after it: the quiet window has the word then.`,
        ]),
  ];
};

const timeContradictions = (policy: Timing, waves: readonly Wave[], kits: readonly KitOfWaves[]): readonly string[] => {
  const { useRecordingSeconds, quietWindowSeconds, deadlineSeconds } = policy;
  const slowest = Math.max(0, ...kits.map(({ propagationSeconds }) => propagationSeconds));
  const bakes = waves.map(({ bakeSeconds = 0 }) => bakeSeconds).reduce((sum, one) => sum + one, 0);
  const spreads = waves.length * (slowest + useRecordingSeconds);
  const needed = bakes + spreads + quietWindowSeconds;
  const least = Math.max(slowest, 2 * useRecordingSeconds);
  return [
    ...waves
      .slice(0, -1)
      .flatMap(({ bakeSeconds }, index) =>
        bakeSeconds !== undefined && bakeSeconds < least
          ? [
              `wave ${index + 1} has bakeSeconds ${bakeSeconds}, but use is recorded every ${useRecordingSeconds} s and a kit may take ${slowest} s to use a credential: at least ${least} is needed.`,
            ]
          : [],
      ),
    ...(needed > deadlineSeconds
      ? [
          `the waves need ${needed} s (bakeSeconds ${bakes}, ${waves.length} times ${slowest + useRecordingSeconds} until kits use a credential and are seen, quietWindowSeconds ${quietWindowSeconds}), but deadlineSeconds is ${deadlineSeconds}.`,
        ]
      : []),
  ];
};
