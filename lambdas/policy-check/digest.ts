import { timingSafeEqual } from 'node:crypto';
import { digestOf } from '../domain/digest.ts';

/** Stands in for the digest of a credential that the record does not hold: no value is known to have it. */
const noDigest = 'A'.repeat(43);
/** Each comparison writes over all of both. */
const [presented, stated] = [Buffer.alloc(noDigest.length), Buffer.alloc(noDigest.length)];

/**
 * Whether `text` is what `digest` was made of. Always one hash and one comparison of equal length, also without a digest:
 * how long the answer takes says neither whether a credential is known nor how much of it is right.
 */
export const matchesDigest = (text: string, digest: string | undefined): boolean => {
  const isDigest = digest?.length === noDigest.length;
  stated.write(isDigest ? digest : noDigest, 'latin1');
  presented.write(digestOf(text), 'latin1');
  return timingSafeEqual(presented, stated) && isDigest;
};
