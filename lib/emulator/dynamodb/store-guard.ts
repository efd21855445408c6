/** What is called back when a write has ended. */
type Written = (error: unknown) => void;

type Stream = { prependListener(name: 'error', listener: (error: Error) => void): unknown };

/** What dynalite does with its store. */
export type Store = {
  get(key: string, read?: (error: unknown, value?: unknown) => void): unknown;
  createKeyStream(range: unknown): Stream;
  createValueStream(range: unknown): Stream;
  put(key: string, value: unknown, written?: Written): unknown;
  del(key: string, written?: Written): unknown;
  batch(operations: readonly unknown[], written?: Written): unknown;
};

/** Whether writes fail, until somebody has mended the store. */
export type WriteGuard = { readonly hasFailed: boolean; mended(): void };

/** An error as dynalite answers it; whatever has no status it throws, which would end the process. */
const answered = (message: string) => ({
  statusCode: 503,
  body: { __type: 'com.amazon.coral.service#ServiceUnavailable', message },
});
const unwritten = (cause: unknown): Error =>
  Object.assign(
    new Error('Not written.', { cause }),
    answered('Nothing can be written on this machine: its disk may be full.'),
  );
const unread = answered('The tables on this machine cannot be read.');

/** Who is told: that writes fail; and which keys are being written, who in turn is told when that has ended. */
export type WriteHooks = { readonly failed: () => void; readonly writing: (keys: readonly string[]) => () => void };

/** What a put, a del or a batch writes. */
const keysIn = (first: unknown): readonly string[] =>
  Array.isArray(first) ? first.map((operation: { readonly key: string }) => operation.key) : [String(first)];

/** Answers a read that fails as a service that is unavailable. */
const guardReads = (db: Store): void => {
  const get = db.get.bind(db);
  db.get = (key, read) =>
    get(
      key,
      read &&
        ((error, value) =>
          read(error instanceof Error && error.name !== 'NotFoundError' ? Object.assign(error, unread) : error, value)),
    );
  for (const name of ['createKeyStream', 'createValueStream'] as const) {
    const create = db[name].bind(db);
    db[name] = (range) => {
      const stream = create(range);
      stream.prependListener('error', (error) => Object.assign(error, unread));
      return stream;
    };
  }
};

/**
 * Answers a write that fails, and every later one, as a service that is unavailable. After a failure nothing more may be
 * written before the store was opened anew: its log ends in the middle of a record, and what came after would not be read back.
 */
export const guardStore = (db: Store, { failed, writing }: WriteHooks): WriteGuard => {
  guardReads(db);
  let hasFailed = false;
  const through =
    (written: Written, ended: () => void): Written =>
    (error) => {
      ended();
      if (!error) return written(error);
      if (!hasFailed) {
        hasFailed = true;
        failed();
      }
      written(unwritten(error));
    };
  const guarded =
    (write: (...given: readonly unknown[]) => unknown) =>
    (...given: readonly unknown[]): unknown => {
      const written = given.at(-1);
      if (typeof written !== 'function') return write(...given);
      if (hasFailed) return void setImmediate(() => written(unwritten(undefined)));
      return write(...given.slice(0, -1), through(written as Written, writing(keysIn(given[0]))));
    };
  for (const name of ['put', 'del', 'batch'] as const) {
    const write = (db[name] as (...given: readonly unknown[]) => unknown).bind(db);
    Object.assign(db, { [name]: guarded(write) });
  }
  return {
    get hasFailed() {
      return hasFailed;
    },
    mended: () => {
      hasFailed = false;
    },
  };
};
