import { type ChainLink, type Gap, gapsBetween, linkOf } from '../domain/audit-chain.ts';
import type { Gateway, Transition } from '../domain/gateway.ts';
import type { EvidenceRecord } from './evidence-schema.ts';

type Steps = Pick<EvidenceRecord, 'rotationId' | 'steps'>;
type Chain = NonNullable<EvidenceRecord['chain']>;

/**
 * What makes a missing step visible: the entries of other rotations that stand between the steps, each as a digest that
 * shows nothing of it, and what comes after them names as the one before. A rotation that has not completed is shown up to
 * the last entry of the record, since its own last step may be what is missing. `undefined` when that part of the audit is
 * from before there was a chain. `others` are all entries of no step, from the first step on.
 */
export const chainOf = (
  steps: readonly Transition[],
  others: readonly ChainLink[],
  { lastEntryDigest }: Pick<Gateway, 'lastEntryDigest'>,
): Chain | undefined => {
  const end = steps.at(-1);
  const isAfterTheEnd = (one: ChainLink): boolean => end?.kind === 'complete' && one.revision > end.revision;
  const next = others.find(isAfterTheEnd);
  const last = next ? next.previous : lastEntryDigest;
  const between = others.filter((one) => !isAfterTheEnd(one));
  const isChained = [...steps, ...between].every(({ revision, previous }) => previous !== undefined || revision === 1);
  return isChained && last !== undefined ? { between, last } : undefined;
};

/** A step as the audit has it. */
const entryOf = ({ at, ...step }: EvidenceRecord['steps'][number], rotationId: string): Transition =>
  ({ ...step, atMs: Date.parse(at), rotationId }) as unknown as Transition;

/** Where entries are missing among the steps of a record, or one was changed before it was exported; none when they are whole. */
export const gapsInSteps = ({ rotationId, steps }: Steps, { between, last }: Chain): readonly Gap[] => {
  const links = [
    ...steps.map((step) => linkOf(entryOf(step, rotationId))),
    ...(between as readonly ChainLink[]),
  ].toSorted((one, other) => one.revision - other.revision);
  const [first] = links;
  const from = first?.previous === undefined ? undefined : { revision: first.revision - 1, digest: first.previous };
  return gapsBetween(links, { from, to: last });
};

/** A gap in words. */
export const gapText = ({ afterRevision, beforeRevision }: Gap): string => {
  const after = afterRevision === undefined ? '' : ` after revision ${afterRevision}`;
  const before = beforeRevision === undefined ? '' : ` before revision ${beforeRevision}`;
  return `An entry${after}${after && before ? ' and' : ''}${before} is missing, or the one before it was changed.`;
};
