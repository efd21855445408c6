import { endInText } from './end-in-text.ts';
import type { Gateway } from './gateway.ts';
import type { KitCallProblem } from './kit-call-failed.ts';
import { type Policy, worstCaseOverlapSeconds } from './policy.ts';

/**
 * The tag by which the owner of a secret says when what it holds ends: a date, or a time in UTC; `never`; or `renewed`, when
 * somebody always puts a new one in before.
 */
export const endsTagKey = 'gateway-credential-rotation-expires';

/** What Secrets Manager shows of a secret with an own key; `text` is its value, and stays where it was read. */
export type ShownKey = {
  readonly text?: string | undefined;
  /** When the value that is current now was put in. */
  readonly createdAtMs?: number | undefined;
  /** The value of the tag {@link endsTagKey}. */
  readonly endsTag?: string | undefined;
  /** Secrets Manager rotates this secret by then (NextRotationDate). */
  readonly rotatesAtMs?: number | undefined;
};

/**
 * A key of this system's own: a token, a signing key or an application's secret with which it reaches kits or PingOne. Only the
 * name of its secret and times; never a value.
 */
export type OwnKey = {
  readonly secretId: string;
  readonly createdAtMs?: number;
  readonly endsAtMs?: number;
  /** Who says when it ends: the token or certificate itself, or its owner by a tag. */
  readonly from: 'TOKEN' | 'CERTIFICATE' | 'TAG' | 'NOBODY';
  /** Its owner says that it never ends, or that somebody renews it before. */
  readonly isEndless?: true;
  readonly isRenewed?: true;
  readonly tagIsWrong?: true;
  readonly rotatesAtMs?: number;
  /** Why it could not be looked at. */
  readonly problem?: KitCallProblem | 'DEFECT';
};

/** A key as it was last looked at, how many kits are reached with it, and when their owners were last told of its end. */
export type SeenKey = OwnKey & { readonly kits: number; readonly readAtMs: number; readonly toldAtMs?: number };

/** The own keys of a gateway. Not whole: some could not be looked at yet. */
export type SeenKeys = { readonly lookedAtMs: number; readonly isWhole: boolean; readonly keys: readonly SeenKey[] };

/** A key as people are shown it. */
export type KeyLine = {
  readonly secretId: string;
  readonly standing: Standing;
  readonly text: string;
  readonly endsAtMs?: number;
};

/** How a key stands to rotations: before one that begins now, or within a week more, has to end, or after that. */
export type Standing = 'ENDED' | 'ENDS_INSIDE' | 'ENDS_SOON' | 'NOT_KNOWN' | 'LASTS';

/** A date (its beginning) or a time, in UTC; `undefined` for anything else, such as a day that no month has. */
const utcMs = (text: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(text)) return undefined;
  const atMs = Date.parse(text);
  const isSame = Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(text.replace('Z', ''));
  return isSame ? atMs : undefined;
};

/** What is known of a key, from what its secret shows. */
export const ownKeyOf = (secretId: string, { text = '', createdAtMs, endsTag, rotatesAtMs }: ShownKey): OwnKey => {
  const own = endInText(text);
  const tag = endsTag?.trim();
  const taggedMs = utcMs(tag ?? '');
  const isTagFirst = taggedMs !== undefined && taggedMs < (own?.atMs ?? Number.POSITIVE_INFINITY);
  const endsAtMs = isTagFirst ? taggedMs : own?.atMs;
  return {
    secretId,
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(endsAtMs === undefined ? {} : { endsAtMs }),
    from: isTagFirst ? 'TAG' : (own?.from ?? (tag === 'never' ? 'TAG' : 'NOBODY')),
    ...(tag === 'never' && endsAtMs === undefined ? { isEndless: true } : {}),
    ...(tag === 'renewed' ? { isRenewed: true } : {}),
    ...(tag === undefined || taggedMs !== undefined || tag === 'never' || tag === 'renewed'
      ? {}
      : { tagIsWrong: true }),
    ...(rotatesAtMs === undefined ? {} : { rotatesAtMs }),
  };
};

/** How much earlier than for the next rotation it is told: people need days for a new token. */
const leadMs = 7 * 86_400_000;

/** How long the longest rotation under a policy takes, unless somebody extends it. */
export const longestRotationMs = (policy: Policy): number => worstCaseOverlapSeconds(policy) * 1000;

/** The same, counted from now, or what one that runs and was extended may still take. */
export const neededForMs = ({ policy, rotation }: Pick<Gateway, 'policy' | 'rotation'>, nowMs: number): number => {
  const longestMs = longestRotationMs(policy);
  const lastMs = longestMs - policy.deadlineSeconds * 1000;
  return rotation ? Math.max(longestMs, rotation.deadlineAtMs + lastMs - nowMs) : longestMs;
};

/** How a key stands to a rotation that begins now and takes the longest that it may. */
export const standingOf = (key: OwnKey, nowMs: number, longestMs: number): Standing => {
  const { endsAtMs, rotatesAtMs, isEndless, isRenewed } = key;
  if (isEndless) return 'LASTS';
  if (endsAtMs === undefined) return isRenewed ? 'LASTS' : 'NOT_KNOWN';
  if (endsAtMs <= nowMs) return 'ENDED';
  const isRotated = rotatesAtMs !== undefined && rotatesAtMs > nowMs && rotatesAtMs < endsAtMs;
  if (isRenewed || isRotated || endsAtMs >= nowMs + longestMs + leadMs) return 'LASTS';
  return endsAtMs < nowMs + longestMs ? 'ENDS_INSIDE' : 'ENDS_SOON';
};

/** Whether somebody has to put a new one into its secret. */
export const isEnding = (key: OwnKey, nowMs: number, longestMs: number): boolean =>
  ['ENDED', 'ENDS_INSIDE', 'ENDS_SOON'].includes(standingOf(key, nowMs, longestMs));

/** Those first that end first, then those of which nobody knows it. */
export const byEnd = (one: OwnKey, other: OwnKey): number =>
  (one.endsAtMs ?? Number.MAX_SAFE_INTEGER) - (other.endsAtMs ?? Number.MAX_SAFE_INTEGER) ||
  Number(one.isEndless ?? false) - Number(other.isEndless ?? false) ||
  (one.secretId < other.secretId ? -1 : 1);

/** A key as it is shown: its standing, and what {@link keySaid} says. */
export const keyLine = (key: OwnKey, nowMs: number, longestMs: number): KeyLine => ({
  secretId: key.secretId,
  standing: standingOf(key, nowMs, longestMs),
  text: keySaid(key, nowMs, longestMs),
  ...(key.endsAtMs === undefined ? {} : { endsAtMs: key.endsAtMs }),
});

const told: Readonly<Record<OwnKey['from'], string>> = {
  TOKEN: 'its token ends',
  CERTIFICATE: 'its certificate ends',
  TAG: 'its owner says by a tag that it ends',
  NOBODY: 'it ends',
};

/** The key in sentences, for people: age, end, who says so, and what that means for a rotation. */
export const keySaid = (key: OwnKey, nowMs: number, longestMs: number): string => {
  const { secretId, createdAtMs, rotatesAtMs, tagIsWrong, problem } = key;
  if (problem !== undefined) return `Secret ${secretId}: it could not be looked at (${problem}).`;
  const parts = [
    ...(createdAtMs === undefined ? [] : [`${days(nowMs - createdAtMs)} old`]),
    endSaid(key, nowMs, longestMs),
    ...(rotatesAtMs === undefined ? [] : [`Secrets Manager rotates it by ${inFull(rotatesAtMs)}`]),
    ...(tagIsWrong
      ? [
          `its tag ${endsTagKey} is neither a date such as 2027-03-01, nor a time such as 2027-03-01T12:00:00Z, nor never or renewed`,
        ]
      : []),
  ];
  const todo = isEnding(key, nowMs, longestMs) ? ' Put a new one into the secret.' : '';
  return `Secret ${secretId}: ${parts.join('; ')}.${todo}`;
};

const endSaid = (key: OwnKey, nowMs: number, longestMs: number): string => {
  const { endsAtMs, from, isEndless, isRenewed } = key;
  if (isEndless) return 'its owner says by a tag that it never ends';
  const renewal = isRenewed ? 'its owner says by a tag that it is renewed before it ends' : undefined;
  if (endsAtMs === undefined) return renewal ?? 'nobody says when it ends';
  const standing = standingOf(key, nowMs, longestMs);
  if (standing === 'ENDED') return `it ended ${inFull(endsAtMs)} (${days(nowMs - endsAtMs)} ago)`;
  const end = `${told[from]} ${inFull(endsAtMs)} (in ${days(endsAtMs - nowMs)})`;
  if (standing === 'ENDS_INSIDE') return `${end}, before a rotation that begins now has to end`;
  if (standing === 'ENDS_SOON') return `${end}, before a rotation that begins within a week has to end`;
  return renewal ? `${end}; ${renewal}` : end;
};

const inFull = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const [hour, day] = [3_600_000, 86_400_000];
const days = (ms: number): string => {
  const [count, unit] = ms < 2 * day ? [Math.max(0, Math.floor(ms / hour)), 'hour'] : [Math.floor(ms / day), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
};
