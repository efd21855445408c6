import { digestOf } from './digest.ts';
import type { Transition } from './gateway.ts';

/**
 * The recorded transitions of a gateway are chained: each carries the digest of the one before it, and the record that of
 * the last. So an entry that was taken out, or changed afterwards, shows: the next one names another digest than it has.
 * What an entry says goes into its digest as a digest of its own, so that one rotation can be proven without showing others.
 */

/** A known place in the chain: an entry's revision and digest. */
type ChainPlace = { readonly revision: number; readonly digest: string };

/** Where the chain is broken: entries between the two revisions are missing, or the one before was changed. Without `beforeRevision` it is the end that is missing. */
export type Gap = { readonly afterRevision?: number; readonly beforeRevision?: number };

/** A link: what an entry says, as a digest, and the digest of the entry before it as the entry itself names it. */
export type ChainLink = { readonly revision: number; readonly said: string; readonly previous?: string };

/** A JSON value in the form of RFC 8785 (JCS): the same text for the same value. What is undefined is left out. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one ?? null)).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const sorted = members.toSorted(([one], [other]) => (one < other ? -1 : 1)); // by UTF-16 units, as RFC 8785 wants it
  return `{${sorted.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join()}}`;
};

/** The entry as a link of the chain. */
export const linkOf = ({ previous, ...said }: Transition): ChainLink => ({
  revision: said.revision,
  said: digestOf(canonicalJson(said)),
  ...(previous === undefined ? {} : { previous }),
});

/** The digest of a link: SHA-256 (base64url) of the digest before it, a space, and the digest of what it says. */
const linkDigest = ({ said, previous = '' }: ChainLink): string => digestOf(`${previous} ${said}`);

/** The digest of an entry: of what it says and of the entry before it. */
export const entryDigest = (entry: Transition): string => linkDigest(linkOf(entry));

/** The entry with the digest of the last one before it in it; the first entry of a chain has none. */
export const chained = (entry: Transition, lastEntryDigest: string | undefined): Transition =>
  lastEntryDigest === undefined ? entry : { ...entry, previous: lastEntryDigest };

/** What is known of both ends: the place that the first entry follows, and the digest of the last one. */
export type ChainEnds = { readonly from?: ChainPlace | undefined; readonly to?: string | undefined };

/** Every break among entries that are given in order. What was recorded before there was a chain is one gap up to its end. */
export const gapsIn = (entries: readonly Transition[], ends: ChainEnds = {}): readonly Gap[] =>
  gapsBetween(entries.map(linkOf), ends);

/** The same for links. */
export const gapsBetween = (links: readonly ChainLink[], { from, to }: ChainEnds = {}): readonly Gap[] => {
  const gaps: Gap[] = [];
  let before = from;
  let isUnchained = false;
  for (const link of links) {
    const begins = before === undefined && link.revision === 1 && link.previous === undefined;
    const isBroken = !begins && link.previous !== before?.digest;
    const wasUnchained = isUnchained;
    isUnchained = !begins && link.previous === undefined;
    if (isUnchained && wasUnchained) gaps.push({ ...gaps.pop(), beforeRevision: link.revision });
    else if (isBroken || isUnchained) gaps.push({ ...after(before), beforeRevision: link.revision });
    before = { revision: link.revision, digest: linkDigest(link) };
  }
  return to === undefined || to === before?.digest ? gaps : [...gaps, after(before)];
};

const after = (place: ChainPlace | undefined): Gap => (place ? { afterRevision: place.revision } : {});
