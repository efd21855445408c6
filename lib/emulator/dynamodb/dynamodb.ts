import { EventEmitter, once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { Received } from '../wire/sigv4.ts';
import { openDynalite } from './dynalite.ts';

/** The emulated DynamoDB: dynalite inside this process, reachable only through the endpoint that verifies signatures. */
export type DynamoDb = {
  /** Answers one request that was verified already. Throws what dynalite did not expect. */
  answer(request: Received, response: ServerResponse): void;
  /** Waits for requests under way, then closes the store. Call it after the endpoint is closed. */
  close(): Promise<void>;
};

/** Opens the tables in `folder` (LevelDB), or empty ones in memory. Rejects when another process has the folder open. */
export const openDynamoDb = async (folder: string | undefined): Promise<DynamoDb> => {
  if (folder) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { server, store } = await openDynalite(folder);
  const underWay = new Set<Replay>();
  const idle = new EventEmitter();

  return {
    answer: (request, response) => {
      const replay = new Replay(request, () => {
        underWay.delete(replay);
        if (underWay.size === 0) idle.emit('idle');
      });
      underWay.add(replay);
      try {
        server.emit('request', replay, response);
        if (request.body.length > 0) replay.emit('data', request.body);
        replay.emit('end');
      } catch (error) {
        replay.removeAllListeners();
        throw error;
      }
    },
    close: async () => {
      if (underWay.size > 0) await once(idle, 'idle');
      await store.lifecycleManager.gracefulClose();
    },
  };
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
    this.headers = request.headers;
    this.#answered = answered;
  }

  /** dynalite calls this exactly when it answers. */
  override removeAllListeners(): this {
    this.#answered();
    return super.removeAllListeners();
  }
}
