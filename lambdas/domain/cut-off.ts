import { hash } from 'node:crypto';
import { type Kit, sourceOf, type Use } from './kit.ts';
import type { KitVerdict } from './kit-verdict.ts';

/** One that a force would cut off, as a text: a kit by its id, or a source that is no registered kit. */
const cutOffKit = ({ kitId }: Pick<Kit, 'kitId'>): string => kitId;

/** No kit's id has a blank in it, so the two are never taken for each other. */
const cutOffStranger = (use: Pick<Use, 'kitId' | 'node' | 'address'>): string =>
  ['source', sourceOf(use), ...(use.kitId === undefined ? [] : ['as', use.kitId])].join(' ');

/** Everybody in a shard who would be cut off now. */
export const cutOffIn = (verdicts: readonly KitVerdict[], strangers: readonly Use[]): readonly string[] => [
  ...verdicts.filter(({ kind }) => kind === 'LAGGARD').map(cutOffKit),
  ...new Set(strangers.map(cutOffStranger)),
];

/** What a person repeats to confirm a list, whatever its order. */
export const hashOfCutOff = (list: readonly string[]): string =>
  hash('sha256', list.toSorted().join('\n'), 'hex').slice(0, 16);

/** Who of `now` is not covered by the list that was confirmed; everybody when that list is not the confirmed one. */
export const uncoveredBy = (
  kitsHash: string,
  covered: readonly string[],
  now: readonly string[],
): readonly string[] => {
  const isConfirmed = hashOfCutOff(covered) === kitsHash;
  const listed = new Set(isConfirmed ? covered : []);
  return now.filter((one) => !listed.has(one));
};
