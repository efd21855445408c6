/** The time of emulated Lambda and Step Functions, injected so that tests run days of waiting without sleeping. */
export type Timers = {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`, at once for zero or less; rejects with the signal's reason as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Runs work that takes no virtual time: a virtual clock must not jump while it runs, unless it sleeps on these timers itself. */
  track<T>(work: () => Promise<T>): Promise<T>;
};

/** Node fires a longer timer at once instead of late. */
const longestNodeTimerMs = 2 ** 31 - 1;

/** A pause that costs a timer and no more; rejects with the signal's reason as soon as that aborts. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });

/** The machine's own time. Pauses may be longer than Node's timers can count (24.8 days). */
export const systemTimers: Timers = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    const dueAtMs = performance.now() + ms; // a clock that is set makes no pause longer or shorter
    for (let leftMs = ms; leftMs > 0; leftMs = dueAtMs - performance.now())
      await pause(Math.min(leftMs, longestNodeTimerMs), signal);
  },
  track: (work) => work(),
};

/** What a limited piece of work came to: its result, or that the limit passed first. Rejects when the work or the signal does. */
export type Limited<T> = { readonly isTimedOut: true } | { readonly isTimedOut: false; readonly result: T };

/** Waits for work that cannot be interrupted, at most `limitMs` (undefined: no limit), and no longer than the signal allows. */
export const limit = async <T>(
  timers: Timers,
  work: Promise<T>,
  limitMs: number | undefined,
  signal: AbortSignal,
): Promise<Limited<T>> => {
  const ended = new AbortController();
  let stop = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  const contenders: Promise<Limited<T>>[] = [work.then((result) => ({ isTimedOut: false, result })), stopped];
  if (limitMs !== undefined) contenders.push(timers.sleep(limitMs, ended.signal).then(() => ({ isTimedOut: true })));
  try {
    return await Promise.race(contenders);
  } finally {
    signal.removeEventListener('abort', stop);
    ended.abort(over);
  }
};

/** Why a limit is not waited for any longer; an error of its own for each would cost more than the timer. */
const over = new Error('The work has ended.');
