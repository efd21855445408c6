import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenAt, type Port } from '../../emulator/wire/held-port.ts';

export type Asked = {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};
/** `text` is sent as it is when there is no `json`. */
export type Answered = {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Record<string, string>;
};

/** `hang` never answers; `reset` cuts the connection; a status answers it with a page that quotes the request. */
export type Fault = 'hang' | 'reset' | number;

/** What a handler may do in place of answering, after it has done what was asked or not. */
export type NoAnswer = 'hang' | 'reset';

/** An HTTP server on the loopback address. `faults` are used up, one a request, before anything else is answered. */
export type LoopbackServer = { readonly origin: string; readonly faults: Fault[]; close(): Promise<void> };

const longestBody = 1_000_000;

/** Listens on 127.0.0.1; port 0 takes a free one. An error of the handler answers 500 without its text. */
export const openLoopbackServer = async (
  port: Port,
  handle: (asked: Asked) => Answered | NoAnswer | Promise<Answered | NoAnswer>,
): Promise<LoopbackServer> => {
  const faults: Fault[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await read(request);
    const fault = faults.shift();
    if (fault === 'hang') return;
    if (fault === 'reset') return void request.socket.destroy();
    if (fault !== undefined) return send(response, { status: fault, json: { message: 'fault', echo: asked } });
    const outcome = await handle(asked);
    if (outcome === 'hang') return;
    if (outcome === 'reset') return void request.socket.destroy();
    send(response, outcome);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() =>
      send(response, { status: 500, json: { message: 'An unexpected error occurred' } }),
    );
  });
  const bound = await listenAt(server, '127.0.0.1', port);
  return {
    origin: `http://127.0.0.1:${bound}`,
    faults,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const read = async (request: IncomingMessage): Promise<Asked> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > longestBody) throw new Error('The request is too long.');
    chunks.push(chunk);
  }
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', 'http://127.0.0.1'),
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
};

const send = (response: ServerResponse, { status, json, text, headers }: Answered): void => {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(json === undefined ? (text ?? '') : JSON.stringify(json));
};
