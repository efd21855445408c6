import type { CredentialStage, RevocationCause } from '../../domain/gateway.ts';
import type { LaggardCode } from '../../domain/kit-verdict.ts';
import type { AttentionCode } from '../../domain/plan.ts';
import type { Act, CutOffKit, GatewayState, HistoryEntry } from './views.ts';

/** How loud a thing is shown; each has a colour and a shape. */
export type Tone = 'danger' | 'warn' | 'busy' | 'good' | 'quiet';

/** A state as a word and a tone; the shape goes with the state, so that no two look alike without colour. */
export const stateWords: Readonly<Record<GatewayState, { readonly word: string; readonly tone: Tone }>> = {
  COMPROMISED: { word: 'Compromised', tone: 'danger' },
  HELD: { word: 'Held', tone: 'warn' },
  LATE: { word: 'Late', tone: 'warn' },
  FAILED: { word: 'Last rotation failed', tone: 'danger' },
  ROTATING: { word: 'Rotating', tone: 'busy' },
  NO_CREDENTIAL: { word: 'No credential yet', tone: 'quiet' },
  AT_REST: { word: 'At rest', tone: 'good' },
  RETIRED: { word: 'Retired', tone: 'quiet' },
};

/** How far a live credential has come. */
export const stageWords: Readonly<Record<CredentialStage, string>> = {
  CREATED: 'created',
  ACCEPTED: 'accepted',
  CURRENT: 'current',
  RETIRING: 'retiring',
};

/** Why a credential was revoked. */
export const causeWords: Readonly<Record<RevocationCause, string>> = {
  RETIRED: 'revoked',
  FORCED: 'revoked by force',
  COMPROMISED: 'revoked, compromised',
  NEVER_DISTRIBUTED: 'revoked, never distributed',
};

/** Why a kit is late. */
export const lateWords: Readonly<Record<LaggardCode, string>> = {
  NOT_DISTRIBUTED: 'not distributed',
  DISTRIBUTION_FAILED: 'distribution failed',
  STILL_ON_PREDECESSOR: 'still on predecessor',
  SEEN_ON_BOTH: 'seen on both',
  READ_BACK_DIFFERS: 'read-back differs',
  NOT_READ_BACK: 'cannot be read back',
  TOO_FEW_SOURCES: 'nodes missing',
  WAITS_FOR_OWNER: 'waits for owner',
  NOT_SEEN_YET: 'not seen yet',
};

/** Why a kit will hold a rotation up. */
export const attentionWords: Readonly<Record<AttentionCode, string>> = {
  UNREACHABLE: 'cannot be reached',
  OWNER_INSTALLS: 'its owner installs',
  IDLE_WITHOUT_PROOF: 'idle, needs an acknowledgement',
  SLOW: 'slow',
};

/** Why a kit is cut off. */
export const cutOffWords: Readonly<Record<CutOffKit['why'], string>> = {
  OWNER_INSTALLS: 'waits for its owner',
  SLOW: 'takes longer than that',
  AT_ONCE: 'until it is replaced',
};

/** How a rotation ended, as a word and a tone. */
export const outcomeWords: Readonly<
  Record<NonNullable<HistoryEntry['outcome']>, { readonly word: string; readonly tone: Tone }>
> = {
  RUNNING: { word: 'running', tone: 'busy' },
  COMPLETED: { word: 'completed', tone: 'good' },
  ROLLED_BACK: { word: 'rolled back', tone: 'warn' },
  FAILED: { word: 'failed', tone: 'danger' },
  PREEMPTED: { word: 'pre-empted', tone: 'warn' },
};

/** What an act is called, and what happens when it is done. */
export const actWords: Readonly<Record<Act, { readonly verb: string; readonly what: string }>> = {
  rotate: {
    verb: 'Rotate now',
    what: 'A second credential is created, given to every kit, and verified from live traffic. The old one is revoked only when every kit is seen on the new one and the old one has been quiet.',
  },
  plan: {
    verb: 'Plan',
    what: 'Says what a rotation would do and which kits would hold it up. Nothing is written.',
  },
  hold: {
    verb: 'Hold',
    what: 'The rotation stops where it is and both credentials stay accepted. What is compromised still dies on time.',
  },
  resume: { verb: 'Resume', what: 'The rotation goes on where it stopped, and its failed attempts are forgiven.' },
  extend: {
    verb: 'Extend',
    what: 'The deadline moves to a later time. The end of a compromised credential never moves.',
  },
  'roll-back': {
    verb: 'Roll back',
    what: 'Old and new exchange roles: the kits go back to the old credential, and the new one is retired under the same rule.',
  },
  force: {
    verb: 'Force',
    what: 'The old credential is revoked now. Kits that have not moved are cut off, in your name.',
  },
  'acknowledge-kit': {
    verb: 'Acknowledge',
    what: 'You say that this very credential is installed in the kit. Where traffic can show it, traffic still decides.',
  },
  'retry-kit': { verb: 'Retry', what: 'The kit is given the credential again.' },
  compromise: {
    verb: 'Compromised: replace now',
    what: 'Every live credential is refused at the given time, whatever else fails, and every kit is given a new one. Nothing undoes it.',
  },
};

const units = [
  { seconds: 86_400, word: 'd' },
  { seconds: 3_600, word: 'h' },
  { seconds: 60, word: 'min' },
  { seconds: 1, word: 's' },
] as const;

/** A length of time in its largest whole unit: "5 d", "3 h", "12 min", "8 s". */
export const lengthOf = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const unit = units.find((one) => seconds >= one.seconds * (one.seconds === 1 ? 1 : 2)) ?? { seconds: 1, word: 's' };
  return `${Math.floor(seconds / unit.seconds)} ${unit.word}`;
};

/** A time as seen from now: "in 4 min", "3 h ago", "now". */
export const fromNow = (atMs: number, nowMs: number): string => {
  const ms = atMs - nowMs;
  if (Math.abs(ms) < 1000) return 'now';
  return ms > 0 ? `in ${lengthOf(ms)}` : `${lengthOf(-ms)} ago`;
};

/** A time in full: "2026-11-23 07:48:07 UTC". */
export const inFull = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** A count with its noun: "1 kit", "3 kits". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
