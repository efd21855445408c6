import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer } from '../wire/protocol.ts';
import { AwsError } from '../wire/service.ts';
import type { Received } from '../wire/sigv4.ts';
import { openDynalite, placesIn } from './dynalite.ts';
import { hotReads } from './hot-reads.ts';
import { keepTables } from './kept-tables.ts';
import { guardStore } from './store-guard.ts';
import { checkTags } from './tags.ts';

/** The emulated DynamoDB: dynalite inside this process, reachable only through the endpoint that verifies signatures. */
export type DynamoDb = {
  /** Answers one request that was verified already. Rejects with `AwsError` for input that dynalite did not expect, and with what else it did not expect. */
  answer(request: Received): Promise<Answer>;
  /** Everything that is stored at the moment of the call, key by key, whatever is written while it is read. */
  entries(): AsyncIterable<readonly [string, unknown]>;
  /** Refuses what comes from now on, waits for requests under way, and closes the store. */
  close(): Promise<void>;
};

/** What has to be free before writes begin again: what LevelDB may write as it opens. */
const neededBytes = 8 * 1024 * 1024;
const lookEveryMs = 1_000;

/** Whether as much can be written as is needed: asking how much is free says nothing about quotas. */
const canWrite = async (folder: string): Promise<boolean> => {
  const probe = join(folder, '..', 'space-probe');
  try {
    await writeFile(probe, randomBytes(neededBytes), { mode: 0o600, flush: true });
    return true;
  } catch {
    return false;
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
};

/**
 * Opens the tables in `folder` (LevelDB), or empty ones in memory. Rejects with `DataFolderUnusable` when another process has the
 * folder open, or it is damaged. While nothing can be written, writes are answered with 503 and reads go on; it looks each second
 * whether there is space again.
 */
export const openDynamoDb = async (folder: string | undefined): Promise<DynamoDb> => {
  if (folder) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { server, store } = await openDynalite(folder);
  const underWay = new Set<Replay>();
  const idle = new EventEmitter();
  let pause: Promise<void> | undefined;
  let looking: ReturnType<typeof setInterval> | undefined;

  const allAnswered = async (): Promise<void> => {
    if (underWay.size > 0) await once(idle, 'idle');
  };
  const openAnew = async (): Promise<void> => {
    await allAnswered();
    await store.db.close._original();
    await store.db.open();
    clearInterval(looking);
    guard.mended();
  };
  const look = async (path: string): Promise<void> => {
    if (pause !== undefined || !(await canWrite(path))) return;
    pause = openAnew().finally(() => {
      pause = undefined;
    });
    await pause;
  };
  const tables = keepTables(store.db);
  const hot = hotReads(placesIn(store));
  const guard = guardStore(store.db, {
    failed: () => {
      if (folder) looking = setInterval(() => void look(folder).catch(() => undefined), lookEveryMs).unref();
    },
    writing: (places) => {
      const ended = [tables.writing(places), hot.writing(places)];
      return () => {
        for (const end of ended) end();
      };
    },
  });

  let isClosing = false;
  const ask = (request: Received): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (isClosing) throw closed();
      const replay = new Replay(request, () => {
        underWay.delete(replay);
        if (underWay.size === 0) idle.emit('idle');
      });
      underWay.add(replay);
      try {
        server.emit('request', replay, answerTo(resolve));
        if (request.body.length > 0) replay.emit('data', request.body);
        replay.emit('end');
      } catch (error) {
        replay.removeAllListeners();
        reject(isAboutInput(error) ? malformed() : error);
      }
    });

  return {
    answer: async (request) => {
      checkTags(request);
      await pause?.catch(() => undefined);
      return hot.answer(request, () => ask(request));
    },
    entries: () => store.db.iterator(), // which reads a snapshot of the store that it takes as it is made
    close: async () => {
      isClosing = true;
      clearInterval(looking);
      await pause?.catch(() => undefined);
      await allAnswered();
      await store.lifecycleManager.gracefulClose();
    },
  };
};

/** dynalite checks each input before it asks its store; where it trips over one, a null stands for a value or something of another type. */
const isAboutInput = (error: unknown): boolean => error instanceof TypeError || error instanceof RangeError;
const malformed = (): AwsError => new AwsError('SerializationException', 'A value in the input has the wrong type.');

/** What a function of this process is told that goes on while this machine is stopped. */
const closed = (): AwsError => new AwsError('ServiceUnavailable', 'This machine is being stopped.', 503);

/** What dynalite writes its answer to. */
const answerTo = (answered: (answer: Answer) => void) => {
  const headers: Record<string, string> = {};
  return {
    statusCode: 200,
    setHeader(name: string, value: unknown): void {
      headers[name.toLowerCase()] = String(value);
    },
    end(body: string): void {
      answered({ status: this.statusCode, headers, body });
    },
  };
};

/** What dynalite looks for in a signed request; whether the signature is right, it does not ask. */
const signedForm = {
  authorization: 'AWS4-HMAC-SHA256 Credential=verified, SignedHeaders=host, Signature=verified',
  'x-amz-date': '20260101T000000Z',
};

/** The request as dynalite wants to read it: a stream that was received already. */
class Replay extends EventEmitter {
  readonly method: string;
  readonly url: string;
  readonly headers: Received['headers'];
  readonly #answered: () => void;

  constructor(request: Received, answered: () => void) {
    super();
    this.method = request.method;
    this.url = request.target;
    this.headers = { ...signedForm, ...request.headers };
    this.#answered = answered;
  }

  /** dynalite calls this exactly when it answers. */
  override removeAllListeners(): this {
    this.#answered();
    return super.removeAllListeners();
  }
}
