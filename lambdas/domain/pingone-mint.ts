import type { CredentialId, RotationId } from './ids.ts';

/**
 * How one new credential comes out of an API whose create is not idempotent, carries no label and shows the value once.
 * All times here are PingOne's own (`createdAt`, and the Date header of its answers), so that no clock of ours matters.
 */

/** One credential in PingOne's list of a gateway. */
export type ListedCredential = {
  readonly credentialId: CredentialId;
  readonly createdAtMs: number;
  /** Absent until its first use. */
  readonly lastUsedAtMs?: number;
};

/**
 * One POST, written before it is sent, and taken out again once it was refused. Nobody knows what became of it: it may
 * have been carried out, or may be yet. `limited`: refused for load, of which PingOne is reported not always to tell the
 * truth, so it counts for nothing only as long as no credential appears beside it. `number` is never given twice, except
 * to an attempt that came to nothing.
 */
export type MintAttempt = { readonly number: number; readonly sentAtMs: number; readonly limited?: true };

/** The write-ahead intent of one rotation: what existed before its first POST, and every POST since. */
export type MintIntent = {
  /** The rotation of the last attempt. */
  readonly rotationId: RotationId;
  readonly writtenAtMs: number;
  readonly knownIds: readonly CredentialId[];
  readonly attempts: readonly MintAttempt[];
  /** Attempts of rotations that a compromise has ended: it does not wait until it is known what became of them. */
  readonly left?: readonly MintAttempt[];
  /** The one that an attempt left behind and that is being revoked. */
  readonly discarding?: CredentialId;
};

export type MintFacts = {
  readonly intent: MintIntent;
  /** The credential whose value the last attempt put into the secret, if it came so far. */
  readonly storedId?: CredentialId;
  readonly listed: readonly ListedCredential[];
  readonly listedAtMs: number;
};

export type MintSettings = {
  /** The longest time between `sentAtMs` and the end of the POST on our side. */
  readonly attemptMs: number;
  /** How long after that a POST that was given up may still be carried out or become visible. */
  readonly lateCommitMs: number;
  /** How late `lastUsedAt` may show a use. */
  readonly lastUsedLagMs: number;
  /** How far `createdAt` and Date may be apart; Date has whole seconds. */
  readonly clockToleranceMs: number;
};

/** PingOne's limit of a gateway ("create gateway credentials"). */
const mostCredentials = 5;

export type MintDecision =
  | { readonly kind: 'POST' }
  /** `unexplained`: credentials that an earlier attempt may have made after all; a person has to look at them. */
  | { readonly kind: 'RECORD'; readonly credentialId: CredentialId; readonly unexplained: readonly CredentialId[] }
  /** Exactly this one is revoked; its value reached nobody. Afterwards ask again. */
  | { readonly kind: 'REVOKE'; readonly credentialId: CredentialId }
  | { readonly kind: 'WAIT'; readonly listAgainAtMs: number }
  | { readonly kind: 'HOLD'; readonly credentialIds: readonly CredentialId[] }
  | { readonly kind: 'NO_ROOM'; readonly listed: readonly ListedCredential[] };

/**
 * What to do next (no orphan, no double mint). A POST is never sent while an earlier one may still be carried out, and
 * nothing is revoked before that time is over: only then is "exactly one unknown, created in the window, never used" final.
 * What a list cannot tell apart: a POST that came to nothing, and one credential that somebody else created in the same
 * half minute and left unused for all of that time.
 */
export const decideMint = (facts: MintFacts, settings: MintSettings): MintDecision => {
  const { intent, storedId, listed, listedAtMs } = facts;
  const suspects = listed.filter(
    ({ credentialId, createdAtMs }) =>
      credentialId !== storedId &&
      !intent.knownIds.includes(credentialId) &&
      createdAtMs >= intent.writtenAtMs - settings.clockToleranceMs,
  );
  const ids = suspects.map(({ credentialId }) => credentialId);
  const isInWindow = ({ sentAtMs }: MintAttempt, { createdAtMs }: ListedCredential) =>
    createdAtMs >= sentAtMs - settings.clockToleranceMs &&
    createdAtMs <= sentAtMs + settings.attemptMs + settings.clockToleranceMs;
  const isDoubtful = (attempt: MintAttempt) =>
    attempt.limited === undefined || suspects.some((one) => isInWindow(attempt, one));

  if (storedId !== undefined && listed.some(({ credentialId }) => credentialId === storedId)) {
    const earlier = intent.attempts.slice(0, -1).some(isDoubtful);
    return { kind: 'RECORD', credentialId: storedId, unexplained: earlier ? ids : [] };
  }
  const doubtful = intent.attempts.filter(isDoubtful);
  const last = doubtful.at(-1);
  if (last === undefined) return post(listed);

  const settledAtMs = settledAt(last, settings);
  if (listedAtMs < settledAtMs) return { kind: 'WAIT', listAgainAtMs: settledAtMs };
  const [only, ...others] = suspects;
  if (only === undefined) return post(listed);
  const mayBeOurs = doubtful.some((attempt) => isInWindow(attempt, only));
  if (others.length === 0 && storedId === undefined && mayBeOurs && only.lastUsedAtMs === undefined)
    return { kind: 'REVOKE', credentialId: only.credentialId };
  return { kind: 'HOLD', credentialIds: storedId === undefined ? ids : [storedId, ...ids] };
};

/** From when on an attempt can have no further effect, nor an earlier use of its credential be invisible. */
const settledAt = ({ sentAtMs }: MintAttempt, { attemptMs, lateCommitMs, lastUsedLagMs }: MintSettings): number =>
  sentAtMs + attemptMs + Math.max(lateCommitMs, lastUsedLagMs);

/** The intent with one more attempt, and without those that were limited so long ago that they can have no effect. */
export const withAttempt = (
  intent: MintIntent,
  sentAtMs: number,
  settings: MintSettings,
): { readonly intent: MintIntent; readonly attempt: MintAttempt } => {
  const kept = intent.attempts.filter((one) => one.limited === undefined || settledAt(one, settings) > sentAtMs);
  const attempt = { number: 1 + Math.max(0, ...kept.map(({ number }) => number)), sentAtMs };
  return { intent: { ...intent, attempts: [...kept, attempt] }, attempt };
};

/** The intent after an attempt that was refused, or refused for load. */
export const withoutAttempt = (
  intent: MintIntent,
  refused: MintAttempt,
  why: 'NOT_CREATED' | 'LIMITED',
): MintIntent => ({
  ...intent,
  attempts: intent.attempts.flatMap((one) => {
    if (one.number !== refused.number) return [one];
    return why === 'LIMITED' ? [{ ...one, limited: true as const }] : [];
  }),
});

/** What is left of the intent once the last attempt's credential is in the record: the earlier attempts, as long as nobody knows what became of them. */
export const mintedIn = (
  { discarding: _, left = [], ...intent }: MintIntent,
  credentialId: CredentialId,
): MintIntent | undefined => {
  const attempts = [...left, ...intent.attempts.slice(0, -1)];
  return attempts.length === 0 ? undefined : { ...intent, attempts, knownIds: [...intent.knownIds, credentialId] };
};

/** The intent with all its attempts left for later: for a rotation that cannot wait until it is known what became of them. */
export const setAside = ({ attempts, left = [], ...intent }: MintIntent): MintIntent => ({
  ...intent,
  attempts: [],
  ...(left.length + attempts.length > 0 ? { left: [...left, ...attempts] } : {}),
});

/** The intent as somebody looks at it who does not mint: every attempt counts. */
export const withEveryAttempt = ({ left = [], ...intent }: MintIntent): MintIntent => ({
  ...intent,
  attempts: [...left, ...intent.attempts],
});

const post = (listed: readonly ListedCredential[]): MintDecision =>
  listed.length >= mostCredentials ? { kind: 'NO_ROOM', listed } : { kind: 'POST' };
