import {
  type AgentOptions,
  request as askPlain,
  globalAgent,
  type IncomingMessage,
  Agent as PlainAgent,
} from 'node:http';
import { request as askTls, Agent as TlsAgent } from 'node:https';
import type { KitFetch } from '../ports.ts';

/** As long as Node's `fetch` keeps them; a kit that names a shorter time is believed. */
const idleMs = 4_000;
const decoder = new TextDecoder();

/** Whose proxy is that of `--use-env-proxy` and NODE_USE_ENV_PROXY; Node's types leave it out. */
const { options: globalOptions } = globalAgent as PlainAgent & { readonly options: AgentOptions };

type Asked = Parameters<KitFetch>[1];
type Answer = Awaited<ReturnType<KitFetch>>;

/**
 * Asks kits over connections that are kept from one request to the next, and follows nothing: by `node:http`, which takes a third of
 * what `fetch` takes, and by the same proxy, where Node was told one. A kept connection that the kit has closed meanwhile is
 * replaced for a GET; what writes is not sent twice. Rejects with an error whose cause is what the system said.
 */
export const keptFetch = (): KitFetch => {
  const kept = { keepAlive: true, timeout: idleMs, proxyEnv: globalOptions.proxyEnv };
  const agents = { plain: new PlainAgent(kept), tls: new TlsAgent(kept) };
  return async (url, asked) => {
    try {
      const target = targetOf(url, asked);
      for (;;) {
        const answer = await ask(agents, target, asked);
        if (answer !== 'lost') return answer;
      }
    } catch (cause) {
      throw failed(cause);
    }
  };
};

/** Throws for what `fetch` would not ask either, and for a private authority of who has no certificate. */
const targetOf = (text: string, { ca }: Asked): URL => {
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw new Error('A URL must not hold a user.');
  if (ca && (ca.length === 0 || url.protocol !== 'https:')) throw new Error('An authority is for https: alone.');
  return url;
};

/** One request; `lost` when a kept connection had been closed before it was answered, and it may be made again. */
const ask = (
  agents: { readonly plain: PlainAgent; readonly tls: TlsAgent },
  target: URL,
  { method, headers, body, ca, signal }: Asked,
): Promise<Answer | 'lost'> =>
  new Promise((resolve, reject) => {
    const isTls = target.protocol === 'https:';
    const options = {
      agent: isTls ? agents.tls : agents.plain,
      method,
      headers: {
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'gateway-credential-rotation',
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      signal,
      ...(ca ? { ca: [...ca] } : {}),
    };
    const asked = (isTls ? askTls : askPlain)(target, options, (answer) => resolve(readable(answer, signal)));
    asked.on('error', (cause: NodeJS.ErrnoException) => {
      const isLost = asked.reusedSocket && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
      if (isLost && method === 'GET') resolve('lost');
      else reject(cause);
    });
    asked.once('close', () => reject(new Error('The connection ended without an answer.'))); // as after a 101
    asked.end(body);
  });

const failed = (cause: unknown): Error => new Error('The request failed.', { cause });

/** An answer as `fetch` gives it; nothing of its body is read before it is asked for. */
const readable = (answer: IncomingMessage, signal: AbortSignal): Answer => {
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
        const broken = (): void => reject(failed(error ?? signal.reason ?? new Error('The body was read before.')));
        if (signal.aborted || answer.destroyed || answer.readableEnded) return broken();
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('close', broken);
        // Who is asked no longer is drained to his end: that is not all of his answer.
        answer.once('end', () => (signal.aborted ? broken() : resolve(decoder.decode(Buffer.concat(chunks)))));
      }),
  };
};

const headerOf = (value: string | string[] | undefined): string | null =>
  value === undefined ? null : [value].flat().join(', ');
