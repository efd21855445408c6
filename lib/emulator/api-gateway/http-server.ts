import { createServer, type RequestListener, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { listenAt, type Port } from '../wire/held-port.ts';
import type { AnswerType, Reply } from './gateway-responses.ts';

/** How long a client may take, in milliseconds: to send its headers, to send its whole request, and between two requests. */
export type HttpLimits = { readonly headersMs: number; readonly requestMs: number; readonly keepAliveMs: number };

/** Kong keeps its connections for 60 s: closing them earlier than it does would lose requests. */
export const usualLimits: HttpLimits = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 75_000 };

/** API Gateway's quota for the request line and the headers together. */
const headerLimitBytes = 10_240;
/** How long the client of what was no request may take to read why. */
const partingMs = 2_000;

export type HttpOptions = {
  readonly address: string;
  readonly port: Port;
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  readonly limits: HttpLimits;
  /** Answers a request; `close` is asked for with every answer once the server is closing. */
  readonly listen: RequestListener;
  /** What is answered to what Node takes for no request: otherwise its answer had no body. */
  readonly answerTo: (type: AnswerType) => Reply;
};

/** A running HTTP server. `close` lets requests under way finish for up to 5 s. */
export type HttpServer = { readonly url: string; close(): Promise<void> };

const typeOf = (code: string | undefined): AnswerType => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'REQUEST_TIMEOUT';
  return code === 'HPE_HEADER_OVERFLOW' ? 'HEADERS_TOO_LARGE' : 'BAD_REQUEST_BODY';
};

/** Listens for HTTP with every limit that keeps one client from keeping out the others. Rejects when it cannot listen. */
export const startHttpServer = async (options: HttpOptions): Promise<HttpServer> => {
  const { tls, limits, listen, answerTo } = options;
  const settings = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.ceil(Math.min(limits.headersMs / 4, 2_500)),
    maxHeaderSize: headerLimitBytes,
    noDelay: true,
    requireHostHeader: false, // Node would refuse without a body; the listener refuses with one
  };
  const server = tls
    ? createTlsServer({ ...settings, handshakeTimeout: limits.headersMs, ...tls }, listen)
    : createServer(settings, listen);
  const part = (socket: Duplex, type: AnswerType): void => {
    if (!socket.writable) return void socket.destroy();
    const { status, body } = answerTo(type);
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json`;
    socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    const end = setTimeout(() => socket.destroy(), partingMs); // a client that never closes would keep it for ever
    socket.once('close', () => clearTimeout(end));
  };
  server.on('clientError', ({ code }: NodeJS.ErrnoException, socket) => part(socket, typeOf(code)));
  server.on('connect', (_request, socket) => part(socket, 'MISSING_AUTHENTICATION_TOKEN'));
  server.on('checkContinue', listen);
  server.on('checkExpectation', (_request, response) => {
    const { status, headers, body } = answerTo('EXPECTATION_FAILED');
    response
      .writeHead(status, { ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) })
      .end(body);
  });
  const port = await listenAt(server, options.address, options.port);
  const host = options.address.includes(':') ? `[${options.address}]` : options.address;
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        const end = setTimeout(() => server.closeAllConnections(), 5_000);
        server.close(() => {
          clearTimeout(end);
          resolve();
        });
      }),
  };
};
