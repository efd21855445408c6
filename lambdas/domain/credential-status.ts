import {
  type Gateway,
  isPastItsTime,
  isSettled,
  type LiveCredential,
  type RevokedCredential,
  versionIdOf,
} from './gateway.ts';
import type { CredentialId } from './ids.ts';

/** What the record says of a presented credential id; the digest is still to be compared with the value's. */
export type CredentialStatus =
  | { readonly kind: 'live'; readonly credential: LiveCredential }
  | { readonly kind: 'rejected'; readonly credential: LiveCredential }
  | { readonly kind: 'revoked'; readonly credential: RevokedCredential }
  | { readonly kind: 'unknown' };

/** A compromised credential is rejected from `rejectAfterMs` on by the asker's own clock, whatever else has happened. */
export const credentialStatusOf = (
  gateway: Pick<Gateway, 'live' | 'revoked' | 'writtenAtMs'>,
  credentialId: CredentialId,
  nowMs: number,
): CredentialStatus => {
  const live = gateway.live.find((one) => one.credentialId === credentialId);
  if (live)
    return {
      kind: live.compromised && isPastItsTime(gateway, live.compromised, nowMs) ? 'rejected' : 'live',
      credential: live,
    };
  const revoked = gateway.revoked.find((one) => one.credentialId === credentialId);
  return revoked ? { kind: 'revoked', credential: revoked } : { kind: 'unknown' };
};

/**
 * Whether nobody needs a version of the secret any more. Needed is what is live, what is still to be seen refused, and what
 * the running rotation has minted and may still record; a record remembers only the last few of everything else, so that
 * whatever it does not know is not needed.
 */
export const isDoneWith = (
  gateway: Pick<Gateway, 'live' | 'revoked' | 'rotation' | 'mint'>,
  credentialId: CredentialId,
  versionId: string,
): boolean => {
  if (gateway.live.some((one) => one.credentialId === credentialId)) return false;
  const revoked = gateway.revoked.find((one) => one.credentialId === credentialId);
  if (revoked) return isSettled(revoked);
  return !(gateway.mint || (gateway.rotation && versionIdOf(gateway.rotation) === versionId));
};

/** Whether a kit may be left with a credential that was revoked for this cause without anybody's ill will: then its use names the kit. */
export const mayBeReverted = ({ cause }: Pick<RevokedCredential, 'cause'>): boolean =>
  cause === 'RETIRED' || cause === 'FORCED';

/** Whether a copy of the record read at `readAtMs` may still say yes while DynamoDB cannot be read. */
export const mayServeStale = (
  gateway: Pick<Gateway, 'policy' | 'live'>,
  credentialId: CredentialId,
  readAtMs: number,
  nowMs: number,
): boolean => {
  const credential = gateway.live.find((one) => one.credentialId === credentialId);
  const fresh = nowMs >= readAtMs && nowMs - readAtMs < gateway.policy.serveStaleSeconds * 1000;
  return fresh && credential !== undefined && credential.compromised === undefined;
};
