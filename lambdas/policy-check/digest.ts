import { timingSafeEqual } from 'node:crypto';
import { digestOf } from '../domain/digest.ts';

/** Stands in for the digest of a credential that the record does not hold: no value is known to have it. */
const noDigest = 'A'.repeat(43);

/**
 * Whether `text` is what `digest` was made of. Always one hash and one comparison of equal length, also without a digest:
 * how long the answer takes says neither whether a credential is known nor how much of it is right.
 */
export const matchesDigest = (text: string, digest: string | undefined): boolean => {
  const expected = Buffer.from(digest?.length === noDigest.length ? digest : noDigest);
  const isEqual = timingSafeEqual(Buffer.from(digestOf(text)), expected);
  return isEqual && digest !== undefined;
};
