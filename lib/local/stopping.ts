/** How often it is looked whether npm is still there. */
const lookEveryMs = 500;

/** What this needs of a process; `ppid` is asked for again and again. */
type Process = Pick<NodeJS.Process, 'ppid' | 'env' | 'once'>;

/**
 * Aborts when somebody ends this start: by Ctrl-C, by SIGTERM, or by ending the npm that started it. npm passes a SIGTERM to
 * its shell only, and that one dies without telling the server.
 */
export const stopSignal = (of: Process): AbortSignal => {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) of.once(name, () => stopping.abort());
  if (of.env.npm_lifecycle_event !== undefined) {
    const parent = of.ppid;
    const watch = setInterval(() => {
      if (of.ppid === parent) return;
      clearInterval(watch);
      stopping.abort();
    }, lookEveryMs);
    watch.unref();
  }
  return stopping.signal;
};

/** Resolves when the signal aborts, or has. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** A reader that has enough, as in `npm start | head`, or a full disk below `> file`, ends nobody's policy check: what cannot be printed is lost. */
export const outliveReaders = (streams: readonly Pick<NodeJS.WriteStream, 'on'>[]): void => {
  for (const stream of streams) stream.on('error', () => undefined);
};
