import { connect, type Socket } from 'node:net';
import { serveParent } from '../child.ts';

/** What is asked: one request over so many kept connections, each of which asks again when it has its answer. */
export type Load = {
  readonly port: number;
  readonly request: string;
  readonly connections: number;
  readonly ms: number;
};

/** Answers by their status, 0 for a connection that ended without one; the milliseconds each took, sorted. */
export type Answers = {
  readonly byStatus: Readonly<Record<number, number>>;
  readonly tookMs: readonly number[];
  readonly ms: number;
};

/** The status and the size of the answer that a text begins with; `undefined` until its headers are there. */
const headOf = (text: string): { status: number; bytes: number } | undefined => {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  if (length === undefined) throw new Error('An answer says no length: this client reads no other.');
  return { status: Number(text.slice(9, 12)), bytes: end + 4 + Number(length) };
};

/** The least that a client can do, so that it is the servers that are compared: no HTTP library, no object for an answer. */
const play = ({ port, request, connections, ms }: Load): Promise<Answers> =>
  new Promise((resolve, reject) => {
    const byStatus: Record<number, number> = {};
    const tookMs: number[] = [];
    const startedAtMs = performance.now();
    let open = 0;
    const ended = (): void => {
      open -= 1;
      if (open === 0)
        resolve({ byStatus, tookMs: tookMs.sort((one, other) => one - other), ms: performance.now() - startedAtMs });
    };
    const again = (socket: Socket): number => {
      socket.write(request);
      return performance.now();
    };
    const talk = (): void => {
      open += 1;
      let [text, sentAtMs] = ['', 0];
      const socket = connect(port, '127.0.0.1', () => {
        sentAtMs = again(socket);
      });
      socket.setEncoding('latin1').setNoDelay(true);
      socket.on('data', (part: string) => {
        text += part;
        try {
          const head = headOf(text);
          if (head === undefined || text.length < head.bytes) return;
          text = text.slice(head.bytes);
          const nowMs = performance.now();
          byStatus[head.status] = (byStatus[head.status] ?? 0) + 1;
          tookMs.push(nowMs - sentAtMs);
          if (nowMs - startedAtMs < ms) sentAtMs = again(socket);
          else socket.destroy();
        } catch (error) {
          reject(error);
        }
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (performance.now() - startedAtMs < ms) {
          byStatus[0] = (byStatus[0] ?? 0) + 1;
          talk();
        }
        ended();
      });
    };
    for (let opened = 0; opened < connections; opened++) talk();
  });

serveParent((message) => play(message as unknown as Load));
