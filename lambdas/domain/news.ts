import type { CredentialId, GatewayId, KitId } from './ids.ts';

/** How urgent news are, from the least: whoever takes some takes all that are as urgent or more. */
export const newsSeverities = ['notice', 'instruction', 'reminder', 'escalation', 'deadline', 'page'] as const;
export type NewsSeverity = (typeof newsSeverities)[number];

/** Whether news are as urgent as a route asks, or more. */
export const isAsUrgentAs = (severity: NewsSeverity, from: NewsSeverity): boolean =>
  newsSeverities.indexOf(severity) >= newsSeverities.indexOf(from);

/** What news of a gateway are about: all of one thread are one incident, which its end resolves. */
export type NewsThread = 'rotation' | 'kits-behind' | 'keys-ending' | 'registry';

/** What news do to an incident: open it or add to it, say that a person looks after it, or end it. */
export type NewsAct = 'tell' | 'acknowledge' | 'resolve';

/** Something that people are told, without any credential. Times are epoch ms. */
export type News = {
  /** The same for every copy: news are handed over at least once. */
  readonly newsId: string;
  readonly atMs: number;
  readonly gatewayId: GatewayId;
  /** Whose kits it is about; absent for what operators are told. */
  readonly owner?: string;
  readonly kitId?: KitId;
  readonly credentialId?: CredentialId;
  readonly severity: NewsSeverity;
  readonly thread: NewsThread;
  /** What it does to an open incident of its thread, besides being told. */
  readonly signal?: Exclude<NewsAct, 'tell'>;
  readonly subject: string;
  readonly text: string;
};

/** Why news were not delivered. */
export const newsFailures = {
  TIMEOUT: 'The channel did not answer in time; it may have taken the message.',
  NO_CONNECTION: 'The channel cannot be reached, or its certificate is not trusted.',
  SERVER_ERROR: 'The channel answered with an error of its own.',
  RATE_LIMITED: 'The channel is told too much at once.',
  UNREADABLE_ANSWER: 'The channel did not answer as its vendor does: look at the URL.',
  ACCESS_DENIED: 'The channel does not let us in: look at the secret of the channel.',
  NOT_FOUND: 'Nothing takes messages there any more: make a new webhook, and put it into the secret.',
  MESSAGE_REFUSED: 'The channel refuses the message.',
  REDIRECTED: 'The channel answers with a redirect, which is not followed.',
  HOST_NOT_ALLOWED:
    'The host of the channel is none that this deployment allows, or another one than gateways.json says.',
  SECRET_NOT_GIVEN: 'The secret of the channel is not there, or its tag does not name the channel.',
  SECRET_UNUSABLE: 'The secret of the channel does not hold what its kind needs.',
  NO_ADDRESS: 'The owner is no e-mail address, and the channel has none of its own.',
  CHANNEL_GONE: 'There is no such channel in gateways.json any more.',
} as const;
export type NewsFailure = keyof typeof newsFailures;

/** How one message stands: `NO_CHANNEL` is only published to the topic, `DEAD` is given up. */
export type NewsState = 'WAITING' | 'DELIVERED' | 'DEAD' | 'NO_CHANNEL';

/** One message of the outbox: what whoever is behind a channel was, or is to be, told. */
export type NewsEntry = {
  readonly news: News;
  readonly act: NewsAct;
  /** The name of the channel in gateways.json; absent with `NO_CHANNEL`. */
  readonly channel?: string;
  readonly channelKind?: string;
  readonly state: NewsState;
  /** How often it was tried; counted before each try. */
  readonly attempts: number;
  readonly nextAttemptAtMs?: number;
  /** Of the last try. */
  readonly attemptedAtMs?: number;
  readonly failure?: NewsFailure;
};

const minuteMs = 60_000;
/** The pauses between tries: some eight hours together. */
const pausesMs = [1, 2, 4, 8, 15, 30, 60, 120, 240].map((minutes) => minutes * minuteMs);
/** So often a message is tried. */
const newsAttempts = pausesMs.length + 1;
const longestRetryAfterMs = 60 * minuteMs;

/** For so long news are news; what waits longer is given up. */
const newsForMs = 24 * 60 * minuteMs;

/** The message given up, when it has waited for so long that it says nothing new any more; `undefined` when it has not. */
export const expired = ({ nextAttemptAtMs: _, ...entry }: NewsEntry, nowMs: number): NewsEntry | undefined =>
  nowMs - entry.news.atMs > newsForMs
    ? { ...entry, state: 'DEAD', failure: entry.failure ?? 'NO_CONNECTION' }
    : undefined;

/** The message as it is while it is being tried: whoever dies at it leaves it to be tried again. */
export const attempted = (entry: NewsEntry, nowMs: number): NewsEntry => ({
  ...entry,
  attempts: entry.attempts + 1,
  attemptedAtMs: nowMs,
  nextAttemptAtMs: nowMs + (pausesMs[entry.attempts] ?? minuteMs),
});

export const delivered = ({ nextAttemptAtMs: _, failure: __, ...entry }: NewsEntry): NewsEntry => ({
  ...entry,
  state: 'DELIVERED',
});

/** The message after a try that failed: given up when that is final or was the last one, else due after a pause, or when the channel wants it. */
export const notDelivered = (
  entry: NewsEntry,
  { failure, isFinal, retryAfterMs = 0 }: { failure: NewsFailure; isFinal: boolean; retryAfterMs?: number | undefined },
  nowMs: number,
): NewsEntry => {
  const { nextAttemptAtMs, ...rest } = entry;
  if (isFinal || entry.attempts >= newsAttempts) return { ...rest, state: 'DEAD', failure };
  const wanted = nowMs + Math.min(retryAfterMs, longestRetryAfterMs);
  return { ...rest, failure, nextAttemptAtMs: Math.max(nextAttemptAtMs ?? 0, wanted) };
};
