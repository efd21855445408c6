import { buildQueryString } from '@smithy/core/protocols';
import type { Transport } from '../../lambdas/runtime/transport.ts';
import type { Within } from '../emulator/endpoint/within.ts';

const bodyOf = (body: unknown): string | Uint8Array => {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return body ?? '';
  throw new Error('A stream is not sent within this process.');
};
const bytesOf = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? new TextEncoder().encode(body) : body;

/** What the work gives, but no later than the signal: then its reason, while the work goes on unheard. */
const unlessAborted = async <Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> => {
  signal?.throwIfAborted();
  if (!signal) return work();
  let leave = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
};

/** The way to this machine's AWS for one of its functions, or for its operator: no socket, no signature, the same answers. */
export const transportOf = (within: Within, callerName: string): Transport => {
  const ask = within(callerName);
  return {
    sdk: {
      signer: { sign: async (request) => request },
      requestHandler: {
        handle: async ({ method, path, query, headers, body }, options) => {
          const asked = query ? buildQueryString(query) : '';
          const target = asked === '' ? path : `${path}?${asked}`;
          const signal = options?.abortSignal instanceof AbortSignal ? options.abortSignal : undefined;
          const answer = await unlessAborted(signal, () => ask({ method, target, headers, body: bodyOf(body) }));
          return {
            response: { statusCode: answer.status, headers: { ...answer.headers }, body: bytesOf(answer.body) },
          };
        },
        destroy: () => undefined,
      },
    },
    dynamodb: async (operation, body) => {
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      };
      const request = { method: 'POST', target: '/', headers, body };
      const answer = await ask(request); // whoever asks has a limit of his own, and does not wait any longer
      return { status: answer.status, text: String(answer.body) };
    },
  };
};
