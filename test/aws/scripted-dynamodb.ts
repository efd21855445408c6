import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One answer: a status with a body and headers, or what goes wrong on the way. */
export type ScriptedAnswer =
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | 'reset'
  | 'half'
  | 'silent';

/** An HTTP server on loopback that answers every request as `answer` says, and counts requests and connections. */
export const openScripted = async (answer: (request: IncomingMessage, body: string) => ScriptedAnswer) => {
  const counted = { requests: 0, connections: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      counted.requests += 1;
      play(answer(request, body), response);
    });
  });
  server.on('connection', (socket) => {
    counted.connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counted,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
};

const play = (answer: ScriptedAnswer, response: ServerResponse): void => {
  if (answer === 'silent') return;
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const json = { 'content-type': 'application/x-amz-json-1.0' };
  if (answer === 'half') {
    response.writeHead(200, { ...json, 'content-length': '100' }).write('{"Item":{');
    response.socket?.end();
    return;
  }
  response.writeHead(answer.status, { ...json, ...answer.headers }).end(answer.body);
};
