import { request as askPlain, Agent as PlainAgent, type RequestOptions } from 'node:http';
import { request as askTls, Agent as TlsAgent } from 'node:https';
import { bodyLimitBytes } from '../domain/body-limit.ts';
import type { HeaderValues } from './forward-headers.ts';

/** One POST; `mayRepeat` says that asking twice does no harm. */
export type Post = {
  readonly url: string;
  readonly headers: HeaderValues;
  readonly body: Buffer;
  readonly mayRepeat: () => boolean;
  readonly signal: AbortSignal;
};

/** An answer that was read to its end, in its bytes; `rawHeaders` are names and values in turn. */
export type Posted = {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
};

/** No answer, or one that is no answer. Of the cause only the system's code is kept: messages of HTTP clients quote headers. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Load balancers keep idle connections for 60 s and more. */
const idleMs = 30_000;

/**
 * Asks over connections that are kept open from one request to the next, over HTTP/1.1 and byte for byte: nothing is
 * decompressed, joined or followed. A kept connection that the other side has closed meanwhile is replaced by a new one,
 * once, if the request may be repeated. Throws {@link NoAnswer}.
 */
export const keptConnections = () => {
  const agents = {
    plain: new PlainAgent({ keepAlive: true, timeout: idleMs }),
    tls: new TlsAgent({ keepAlive: true, timeout: idleMs }),
  };
  return {
    post: async (post: Post): Promise<Posted> => {
      const asked = (agent: Parameters<typeof ask>[1]) =>
        ask(post, agent).catch((error: unknown) => {
          throw new NoAnswer(codeOf(error));
        });
      const first = await asked(post.url.startsWith('https:') ? agents.tls : agents.plain);
      if (!('lost' in first)) return first;
      if (!first.wasReused || !post.mayRepeat()) throw new NoAnswer(first.lost);
      const second = await asked(false);
      if ('lost' in second) throw new NoAnswer(second.lost);
      return second;
    },
    close: () => {
      agents.plain.destroy();
      agents.tls.destroy();
    },
  };
};

/** Lost before any part of an answer came. */
type Lost = { readonly lost: string; readonly wasReused: boolean };

const ask = (
  { url, headers, body, signal }: Post,
  agent: NonNullable<RequestOptions['agent']>,
): Promise<Posted | Lost> =>
  new Promise((resolve, reject) => {
    const options = {
      agent,
      method: 'POST',
      headers: { ...headers, 'content-length': body.length },
      signal,
    };
    const request = (url.startsWith('https:') ? askTls : askPlain)(url, options, (answer) => {
      const parts: Buffer[] = [];
      let length = 0;
      answer.on('data', (part: Buffer) => {
        parts.push(part);
        length += part.length;
        if (length > bodyLimitBytes) answer.destroy(Object.assign(new Error(), { code: 'ANSWER_TOO_LARGE' }));
      });
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, rawHeaders: answer.rawHeaders, body: Buffer.concat(parts) }),
      );
    });
    request.on('error', (error) => {
      const code = codeOf(error);
      if (code === 'ECONNRESET' || code === 'EPIPE') resolve({ lost: code, wasReused: request.reusedSocket });
      else reject(error);
    });
    request.end(body);
  });

const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{2,50}$/.test(code) ? code : 'UNKNOWN_REASON';
};
