import { type NewsFailure, newsFailures } from '../domain/news.ts';

/** A message did not go out, or nobody knows whether it did; without a cause, since those of clients quote URLs, which are secrets here. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
  readonly failure: NewsFailure;
  /** Whether the same message would meet it again. */
  readonly isFinal: boolean;
  /** How long the channel wants to be left alone, when it said so. */
  readonly retryAfterMs: number | undefined;
  constructor(
    failure: NewsFailure,
    { isFinal = false, retryAfterMs }: { isFinal?: boolean; retryAfterMs?: number | undefined } = {},
  ) {
    super(newsFailures[failure]);
    this.failure = failure;
    this.isFinal = isFinal;
    this.retryAfterMs = retryAfterMs;
  }
}
