import { request as askPlain, type IncomingMessage, Agent as PlainAgent } from 'node:http';
import { request as askTls, Agent as TlsAgent } from 'node:https';
import type { KitFetch } from '../ports.ts';

/** As long as Node's `fetch` keeps them; a kit that names a shorter time is believed. */
const idleMs = 4_000;
/** What asking twice does no harm to (RFC 9110, 9.2.2). */
const mayRepeat = ['GET', 'PUT'];
const decoder = new TextDecoder();

/**
 * Asks kits over connections that are kept from one request to the next, and follows nothing: by `node:http`, which takes a third of
 * what `fetch` takes. A kept connection that the kit has closed meanwhile is replaced, unless the request may not be made twice. Rejects with
 * an error whose cause is what the system said.
 */
export const keptFetch = (): KitFetch => {
  const agents = {
    plain: new PlainAgent({ keepAlive: true, timeout: idleMs }),
    tls: new TlsAgent({ keepAlive: true, timeout: idleMs }),
  };
  const fetch: KitFetch = (url, init) =>
    new Promise((resolve, reject) => {
      const { method, headers, body, ca, signal } = init;
      const target = new URL(url);
      const isTls = target.protocol === 'https:';
      const options = {
        agent: isTls ? agents.tls : agents.plain,
        method,
        headers: {
          'user-agent': 'gateway-credential-rotation', // some firewalls refuse who names none
          ...headers,
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        },
        signal,
        ...(ca ? { ca: [...ca] } : {}),
      };
      const asked = (isTls ? askTls : askPlain)(target, options, (answer) => resolve(readable(answer)));
      asked.once('error', (cause) => {
        const isLost = asked.reusedSocket && 'code' in cause && lost.includes(String(cause.code));
        if (isLost && mayRepeat.includes(method)) resolve(fetch(url, init));
        else reject(failed(cause));
      });
      asked.end(body);
    });
  return fetch;
};

const lost = ['ECONNRESET', 'EPIPE'];

const failed = (cause: unknown): Error => new Error('The request failed.', { cause });

/** An answer as `fetch` gives it; nothing of its body is read before it is asked for. */
const readable = (answer: IncomingMessage): Awaited<ReturnType<KitFetch>> => {
  let error: Error | undefined;
  answer.on('error', (cause) => {
    error = cause;
  });
  const status = answer.statusCode ?? 0;
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name) => headerOf(answer.headers[name.toLowerCase()]) },
    body: { cancel: async () => void answer.destroy() },
    text: () =>
      new Promise((resolve, reject) => {
        if (error) return reject(failed(error));
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', (cause) => reject(failed(cause)));
        answer.once('end', () => resolve(decoder.decode(Buffer.concat(chunks))));
      }),
  };
};

const headerOf = (value: string | string[] | undefined): string | null =>
  value === undefined ? null : [value].flat().join(', ');
