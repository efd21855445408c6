import { KitUnreachable } from './kit-errors.ts';
import { pause } from './pause.ts';

const firstWaitMs = 500;
const longestWaitMs = 8_000;
const mostTries = 5;

/**
 * Tries until it succeeds, fails with something other than KitUnreachable, the time is over, or it was tried five times; waits
 * twice as long each time, and as long as it was asked to. Who asks for longer than 8 s is left to the next round, as is whoever
 * fails five times: a kit that is down must not hold up the others of its shard.
 */
export const retryWhileTime = async <Result>(signal: AbortSignal, attempt: () => Promise<Result>): Promise<Result> => {
  for (let tried = 1, waitMs = firstWaitMs; ; tried += 1, waitMs *= 2) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof KitUnreachable) || signal.aborted || tried === mostTries) throw error;
      const { retryAfterMs = 0 } = error;
      if (retryAfterMs > longestWaitMs) throw error;
      await pause(Math.max(waitMs, retryAfterMs), signal);
      if (signal.aborted) throw error;
    }
  }
};
