import { entryDigest, type Gap, gapsIn } from './audit-chain.ts';
import type { Gateway, Transition } from './gateway.ts';

/** What is known of the record that is there, even when its text cannot be read. */
export type StoredHead = { readonly revision: number; readonly lastEntryDigest?: string | undefined };

/**
 * Where entries since a backup may be missing: at every break of the chain from the backup on, and after the last one unless the
 * record that is there names just that one, or was not written since. `later` are all known entries after the backup, in order.
 */
export const missingSince = (
  backup: Gateway,
  later: readonly Transition[],
  stored: StoredHead | undefined,
): readonly Gap[] => {
  const { revision, lastEntryDigest: digest } = backup;
  const gaps = gapsIn(later, { from: digest === undefined ? undefined : { revision, digest } });
  const last = later.at(-1);
  const lastRevision = last?.revision ?? revision;
  const isNamed =
    stored?.lastEntryDigest !== undefined && stored.lastEntryDigest === (last ? entryDigest(last) : digest);
  return isNamed || stored?.revision === lastRevision ? gaps : [...gaps, { afterRevision: lastRevision }];
};

/** A gap in words, with what is known on both sides. */
export const missingText = ({ afterRevision, beforeRevision }: Gap, known: readonly Transition[]): string => {
  const side = (revision: number): string => {
    const entry = known.find((one) => one.revision === revision);
    return entry ? `${revision} (${entry.kind}, ${new Date(entry.atMs).toISOString()})` : `${revision}`;
  };
  if (afterRevision === undefined) return `entries before revision ${beforeRevision ?? '?'}`;
  if (beforeRevision === undefined) return `entries after revision ${side(afterRevision)}`;
  const most = beforeRevision - afterRevision - 1;
  return most === 0
    ? `none, but the entry ${side(afterRevision)} was changed`
    : `up to ${most} between the revisions ${side(afterRevision)} and ${side(beforeRevision)}`;
};
