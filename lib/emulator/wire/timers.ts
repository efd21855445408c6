/** The time of emulated Lambda and Step Functions, injected so that tests run days of waiting without sleeping. */
export type Timers = {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `act` once, after `ms`; what comes back takes that back. */
  after(ms: number, act: () => void): () => void;
  /** Resolves after `ms`, at once for zero or less; rejects with the signal's reason as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Runs work that takes no virtual time: a virtual clock must not jump while it runs, unless it sleeps on these timers itself. */
  track<T>(work: () => Promise<T>): Promise<T>;
};

/** The sleep of timers that have `after`. */
export const sleepBy =
  (after: Timers['after']): Timers['sleep'] =>
  (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (ms <= 0) return resolve();
      const abort = (): void => {
        takeBack();
        reject(signal.reason);
      };
      const takeBack = after(ms, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      signal.addEventListener('abort', abort, { once: true });
    });

/** Node fires a longer timer at once instead of late. */
const longestNodeTimerMs = 2 ** 31 - 1;

/** May be longer than Node's timers can count (24.8 days); a clock that is set makes it neither longer nor shorter. */
const afterMs: Timers['after'] = (ms, act) => {
  const dueAtMs = performance.now() + ms;
  const look = (): void => {
    const leftMs = dueAtMs - performance.now();
    if (leftMs > 0) timer = setTimeout(look, Math.min(leftMs, longestNodeTimerMs));
    else act();
  };
  let timer = setTimeout(look, Math.min(ms, longestNodeTimerMs));
  return () => clearTimeout(timer);
};

/** The machine's own time. */
export const systemTimers: Timers = {
  now: () => Date.now(),
  after: afterMs,
  sleep: sleepBy(afterMs),
  track: (work) => work(),
};

/** Where waiting is given up: `stop` is called then, unless what comes back was called before. */
export type Stops = (stop: (reason: unknown) => void) => () => void;

const neverStopped: Stops = () => () => undefined;

/** Waiting that is given up when the signal aborts. */
export const whenAborted =
  (signal: AbortSignal): Stops =>
  (stop) => {
    const abort = (): void => stop(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return () => signal.removeEventListener('abort', abort);
  };

/**
 * The same for a place that is always waited in: thousands of times a second, by each call of a function. Places in a list are
 * used again. A signal's listeners and a set's members would not do: what was taken out of them still points to what came
 * after it, and all of that is garbage which only a full collection finds.
 */
export const stopsInPlaces = (): { readonly stops: Stops; stop(reason: unknown): void } => {
  const places: (((reason: unknown) => void) | undefined)[] = [];
  const free: number[] = [];
  let stopped: { readonly reason: unknown } | undefined;
  return {
    stops: (stop) => {
      if (stopped) stop(stopped.reason);
      const place = free.pop() ?? places.length;
      places[place] = stop;
      return () => {
        if (places[place] !== stop) return; // he has left it before, and somebody else may be in it
        places[place] = undefined;
        free.push(place);
      };
    },
    stop: (reason) => {
      stopped = { reason };
      for (const stop of [...places]) stop?.(reason);
    },
  };
};

/** What a limited piece of work came to: its result, or that the limit passed first. Rejects when the work does, or is stopped being waited for. */
export type Limited<T> = { readonly isTimedOut: true } | { readonly isTimedOut: false; readonly result: T };

/** Waits for work that cannot be interrupted, at most `limitMs` (undefined: no limit), and no longer than it may. */
export const limit = async <T>(
  timers: Pick<Timers, 'after'>,
  work: Promise<T>,
  limitMs: number | undefined,
  stops: Stops = neverStopped,
): Promise<Limited<T>> => {
  let forget = (): void => undefined;
  let leave = forget;
  try {
    return await new Promise<Limited<T>>((resolve, reject) => {
      if (limitMs !== undefined) forget = timers.after(limitMs, () => resolve({ isTimedOut: true }));
      leave = stops(reject);
      work.then((result) => resolve({ isTimedOut: false, result }), reject);
    });
  } finally {
    forget();
    leave();
  }
};
