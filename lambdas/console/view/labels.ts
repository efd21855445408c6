import { outcomes, revocationCauses } from '../../domain/causes.ts';
import { codesOf } from '../../domain/codes.ts';
import type { CredentialStage } from '../../domain/gateway.ts';
import { laggards } from '../../domain/kit-verdict.ts';
import type { NewsAct, NewsState } from '../../domain/news.ts';
import { isOperatorCommand, type OperatorCommandName, operatorCommands } from '../../domain/operator-commands.ts';
import type { KeyLine, Standing } from '../../domain/own-keys.ts';
import { attention, type Plan, type PlannedCredential } from '../../domain/plan.ts';
import { type Act, cutOffReasons, type GatewayState, type HistoryEntry, states } from './views.ts';

/** How loud a thing is shown; each has a colour and a shape. */
export type Tone = 'danger' | 'warn' | 'busy' | 'good' | 'quiet';

/** A state as a word and a tone; the shape goes with the state, so that no two look alike without colour. */
export const stateWords: Readonly<Record<GatewayState, { readonly word: string; readonly tone: Tone }>> = {
  COMPROMISED: { word: states.COMPROMISED.word, tone: 'danger' },
  HELD: { word: states.HELD.word, tone: 'warn' },
  VALUES_LOST: { word: states.VALUES_LOST.word, tone: 'danger' },
  BEHIND: { word: states.BEHIND.word, tone: 'danger' },
  LATE: { word: states.LATE.word, tone: 'warn' },
  FAILED: { word: states.FAILED.word, tone: 'danger' },
  SECRET_TROUBLE: { word: states.SECRET_TROUBLE.word, tone: 'warn' },
  KEYS_ENDING: { word: states.KEYS_ENDING.word, tone: 'warn' },
  ROTATING: { word: states.ROTATING.word, tone: 'busy' },
  NO_CREDENTIAL: { word: states.NO_CREDENTIAL.word, tone: 'quiet' },
  AT_REST: { word: states.AT_REST.word, tone: 'good' },
  RETIRED: { word: states.RETIRED.word, tone: 'quiet' },
};

/** Which keys to kits are shown loudly. */
export const keyTones: Readonly<Record<Standing, Tone>> = {
  ENDED: 'danger',
  ENDS_INSIDE: 'warn',
  ENDS_SOON: 'warn',
  NOT_KNOWN: 'quiet',
  LASTS: 'quiet',
};

/** How far a live credential has come. */
export const stageWords: Readonly<Record<CredentialStage, string>> = {
  CREATED: 'created',
  ACCEPTED: 'accepted',
  CURRENT: 'current',
  RETIRING: 'retiring',
};

/** What the proof of kits that call PingOne can rest on, for a plan; nobody observes such a kit. */
export const proofsText = (proofs: NonNullable<Plan['proofs']>): string => {
  const words: Readonly<Record<string, string>> = {
    'read-back': 'a read-back of what it presents',
    probed: 'a client request through it',
    used: 'the use of the new credential, as it is the only kit',
    stored: 'a read-back of what it is configured with, beside a use',
    acknowledged: "its owner's acknowledgement",
  };
  const found = Object.entries(proofs).map(([kind, count]) => `${words[kind] ?? kind} (${counted(count, 'kit')})`);
  return `${found.join('; ') || 'nothing, as there are no kits'}. It will lack an observation of each kit, as PingOne does not say which of them used a credential.`;
};

/** What stands where a kit was last seen, when nobody saw it. */
export const unseenText = (callsPingOne: boolean): string => (callsPingOne ? 'calls PingOne' : 'not seen');

/** Whose a credential is that PingOne lists. */
export const originWords: Readonly<Record<PlannedCredential['origin'], string>> = {
  minted: 'ours, made here',
  adopted: 'ours, adopted',
  foreign: 'not ours: adopt it to have it retired',
};

/** The words of a table of codes. */
const wordsOf = <Code extends string>(table: Readonly<Record<Code, { readonly word: string }>>) =>
  Object.fromEntries(codesOf(table).map((code) => [code, table[code].word])) as Readonly<Record<Code, string>>;

/** Why a credential was revoked. */
export const causeWords = wordsOf(revocationCauses);
/** Why a kit is late. */
export const lateWords = wordsOf(laggards);
/** Why a kit will hold a rotation up. */
export const attentionWords = wordsOf(attention);
/** Why a kit is cut off. */
export const cutOffWords = wordsOf(cutOffReasons);

/** How a rotation ended, as a word and a tone. */
export const outcomeWords: Readonly<
  Record<NonNullable<HistoryEntry['outcome']>, { readonly word: string; readonly tone: Tone }>
> = {
  RUNNING: { word: 'running', tone: 'busy' },
  COMPLETED: { word: outcomes.COMPLETED.word, tone: 'good' },
  COMPLETED_BY_FORCE: { word: outcomes.COMPLETED_BY_FORCE.word, tone: 'warn' },
  ROLLED_BACK: { word: outcomes.ROLLED_BACK.word, tone: 'warn' },
  FAILED: { word: outcomes.FAILED.word, tone: 'danger' },
  PREEMPTED: { word: outcomes.PREEMPTED.word, tone: 'warn' },
};

type ActWords = { readonly verb: string; readonly what: string };

/** The acts of a person that are no decision of an operator. */
const ownActs: Readonly<Record<Exclude<Act, OperatorCommandName>, ActWords>> = {
  rotate: {
    verb: 'Rotate now',
    what: 'A second credential is created, given to every kit, and verified from live traffic. The old one is revoked only when every kit is seen on the new one and the old one has been quiet.',
  },
  plan: {
    verb: 'Plan',
    what: 'Says what a rotation would do and which kits would hold it up. Nothing is written.',
  },
  compromise: {
    verb: 'Compromised: replace now',
    what: 'What is named below is refused at the given time, whatever else fails, and every kit is given another one. Nothing undoes it.',
  },
};

/** What an act is called, and what it does. */
export const actWords = (act: Act): ActWords => {
  if (!isOperatorCommand(act)) return ownActs[act];
  const { verb, does } = operatorCommands[act];
  return { verb, what: does };
};

/** What is said of an act that has nothing to do, before and after it. */
export const alreadyWords = (act: string): string =>
  isOperatorCommand(act) ? operatorCommands[act].already : 'It is so already.';
export const unchangedWords = (act: string): string => alreadyWords(act).replace(/\.$/, ': nothing has changed.');

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

const secondsCountMs = 10 * 60_000;

/** The same to the minute, "2026-11-23 07:48 UTC"; in full within ten minutes of now, when seconds count. */
export const onTheClock = (atMs: number, nowMs: number): string =>
  Math.abs(atMs - nowMs) < secondsCountMs ? inFull(atMs) : inFull(atMs).replace(/:\d\d UTC$/, ' UTC');

/** What it means that sources are not told apart, and what to do about it. */
export const manyWords =
  '"Many" stands for more sources than are told apart. Their use holds a revocation up like any other, until they are silent. If nobody knows who they are, the credential has leaked: press the button.';

/** The first few of a list, and how many more there are. */
export const firstOf = (names: readonly string[], atMost = 5): string =>
  names.length <= atMost ? names.join(', ') : `${names.slice(0, atMost).join(', ')} and ${names.length - atMost} more`;

/** When a key to kits ends, in short; that is all there is to say of one that lasts. */
export const keyEndText = ({ standing, endsAtMs }: KeyLine, nowMs: number): string => {
  if (endsAtMs !== undefined) return fromNow(endsAtMs, nowMs);
  return standing === 'NOT_KNOWN' ? 'not known' : 'not soon';
};

/** The keys to kits that a plan does not name. */
export const moreKeysText = ({ total, ending, notLookedAt }: Plan['moreOwnKeys']): string =>
  `And ${total} more: ${ending} of them end before a rotation could, ${notLookedAt} were not looked at for lack of time.`;

/** A count with its noun: "1 kit", "3 kits". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** How a message to people stands. */
export const newsStateWords: Readonly<Record<NewsState, { readonly word: string; readonly tone: Tone }>> = {
  DELIVERED: { word: 'Delivered', tone: 'good' },
  WAITING: { word: 'Waits', tone: 'warn' },
  DEAD: { word: 'Given up', tone: 'danger' },
  NO_CHANNEL: { word: 'Published', tone: 'quiet' },
};

/** What a message did to an incident, besides being told. */
export const actWordsOfNews: Readonly<Record<NewsAct, string>> = {
  tell: '',
  acknowledge: ', acknowledged',
  resolve: ', resolved',
};
