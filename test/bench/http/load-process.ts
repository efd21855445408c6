import { Agent, request } from 'node:http';
import { serveParent } from '../child.ts';

/** What is asked: one request over so many kept connections, each of which asks again when it has its answer. */
export type Load = {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connections: number;
  readonly ms: number;
};

/** Answers by their status, 0 for a connection that ended without one; the milliseconds each took, sorted. */
export type Answers = {
  readonly byStatus: Readonly<Record<number, number>>;
  readonly tookMs: readonly number[];
  readonly ms: number;
};

/** A request of an HTTP client that keeps its connections, as kits do. */
const play = async ({ port, path, headers, body, connections, ms }: Load): Promise<Answers> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const byStatus: Record<number, number> = {};
  const tookMs: number[] = [];
  const startedAtMs = performance.now();
  const count = (status: number): void => {
    byStatus[status] = (byStatus[status] ?? 0) + 1;
  };
  const askOnce = (): Promise<void> =>
    new Promise((resolve) => {
      const sentAtMs = performance.now();
      const asked = request({ method: 'POST', host: '127.0.0.1', port, path, headers, agent }, (answer) => {
        answer.resume();
        answer.once('end', () => {
          count(answer.statusCode ?? 0);
          tookMs.push(performance.now() - sentAtMs);
          resolve();
        });
      });
      asked.once('error', () => {
        count(0);
        resolve();
      });
      asked.end(body);
    });
  const askOn = async (): Promise<void> => {
    while (performance.now() - startedAtMs < ms) await askOnce();
  };
  await Promise.all(Array.from({ length: connections }, askOn));
  agent.destroy();
  return { byStatus, tookMs: tookMs.sort((one, other) => one - other), ms: performance.now() - startedAtMs };
};

serveParent((message) => play(message as unknown as Load));
