import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { Answer } from '../wire/protocol.ts';
import type { AnswerRequest } from './answers.ts';

/** A request of this process; `target` is the path with its query. */
type RequestWithin = {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
};

/** The way to the emulated services for callers of this process: the same answers, without a socket and without a signature. */
export type Within = (callerName: string) => (request: RequestWithin) => Promise<Answer>;

/**
 * Each request is answered in a turn of its own: many in a row would otherwise keep whoever comes by a socket waiting. And it
 * is answered outside of the caller's asynchronous context, as if it had come by one.
 */
export const withinOf = (answer: AnswerRequest): Within => {
  const outsideOfCaller = AsyncLocalStorage.snapshot();
  return (callerName) => async (request) => {
    const { method, target, headers, body } = request;
    const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.length);
    if (!headers['x-amz-target']?.startsWith('DynamoDB_')) await turn(); // its store takes turns by itself
    return outsideOfCaller(() => answer({ method, target, headers }, async () => ({ callerName, body: bytes })));
  };
};
