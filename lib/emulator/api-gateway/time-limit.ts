import { setTimeout as pause } from 'node:timers/promises';

/** Thrown when a function took longer than API Gateway waits. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** What `call` gives; throws {@link TookTooLong} after `limitMs`, and the call goes on unheard, as a function does on AWS. */
export const withinMs = async <Result>(limitMs: number, call: () => Promise<Result>): Promise<Result> => {
  const answered = new AbortController();
  const limit = async (): Promise<never> => {
    await pause(limitMs, undefined, { signal: answered.signal });
    throw new TookTooLong(`No answer within ${limitMs} ms.`);
  };
  try {
    return await Promise.race([call(), limit()]);
  } finally {
    answered.abort();
  }
};
