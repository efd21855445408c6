import { KitUnreachable } from './kit-errors.ts';

const firstWaitMs = 500;
const longestWaitMs = 8_000;

/** Tries until it succeeds, fails with something other than KitUnreachable, or the time is over; waits twice as long each time. */
export const retryWhileTime = async <Result>(signal: AbortSignal, attempt: () => Promise<Result>): Promise<Result> => {
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof KitUnreachable) || signal.aborted) throw error;
      await pause(waitMs, signal);
      if (signal.aborted) throw error;
    }
  }
};

/** Ends after `ms` or when the signal aborts, and leaves neither a timer nor a listener. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
