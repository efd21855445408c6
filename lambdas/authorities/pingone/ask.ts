import { retryAfterMsIn } from '../../domain/retry-after.ts';

/** What asking PingOne needs of the world outside. */
export type PingOneAccess = {
  readonly fetch: typeof globalThis.fetch;
  /** Our own clock, epoch ms: only for what lies between two of its readings. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** A signal that aborts after so many ms. */
  readonly timeLimit: (ms: number) => AbortSignal;
};

export type Question = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** An answer that was read to its end; `json` is `undefined` when it is none. `atMs`: PingOne's clock (Date header). */
export type Answered = {
  readonly kind: 'ANSWERED';
  readonly status: number;
  readonly json: unknown;
  readonly isEmpty: boolean;
  readonly atMs?: number;
  readonly retryAfterMs?: number;
};
export type Outcome =
  | Answered
  /** No connection came about, so PingOne has not seen the request. `code` is the system's. */
  | { readonly kind: 'NOT_SENT'; readonly code: string }
  /** PingOne may have seen it. */
  | { readonly kind: 'NO_ANSWER'; readonly why: string };

/** The longest that PingOne may take for one answer. */
export const answerLimitMs = 10_000;

/**
 * Asks once and never throws. Redirects are not followed: they would carry a token or a credential to an address that
 * nobody configured. Of a failure only the system's code is kept, since messages of HTTP clients quote headers.
 */
export const ask = async (access: PingOneAccess, question: Question): Promise<Outcome> => {
  const { method, url, headers, body } = question;
  const signal = access.timeLimit(answerLimitMs);
  try {
    const response = await access.fetch(url, {
      method,
      headers: { accept: 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal,
    });
    const text = await response.text();
    const atMs = timeIn(response.headers.get('date'));
    const retryAfterMs = retryAfterMsIn(response.headers.get('retry-after'), atMs ?? access.now());
    return {
      kind: 'ANSWERED',
      status: response.status,
      json: parsed(text),
      isEmpty: text === '',
      ...(atMs === undefined ? {} : { atMs }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  } catch (error) {
    const code = systemCode(error);
    if (beforeSending.has(code)) return { kind: 'NOT_SENT', code };
    return {
      kind: 'NO_ANSWER',
      why: signal.aborted ? `none within ${answerLimitMs / 1000} s` : `connection lost (${code})`,
    };
  }
};

/** The longest that an idempotent request waits on PingOne's word, all its waits together. */
const longestRateLimitWaitMs = 20_000;
const usualWaitMs = 1_000;

/** Asks again as long as the answer is 429 and waiting for it stays within the bound; for idempotent requests only. */
export const askAgainWhenLimited = async (access: PingOneAccess, question: Question): Promise<Outcome> => {
  for (let waitedMs = 0; ; ) {
    const outcome = await ask(access, question);
    if (outcome.kind !== 'ANSWERED' || outcome.status !== 429) return outcome;
    const waitMs = outcome.retryAfterMs ?? usualWaitMs;
    waitedMs += Math.max(waitMs, usualWaitMs);
    if (waitedMs > longestRateLimitWaitMs) return outcome;
    await access.pause(waitMs);
  }
};

/** Codes of a connection that never was: name not found, nobody there, or a certificate that is not trusted. */
const beforeSending: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const systemCode = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{2,50}$/.test(code) ? code : 'unknown reason';
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const timeIn = (text: string | null): number | undefined => {
  const ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isFinite(ms) ? ms : undefined;
};
