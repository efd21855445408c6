import { AwsError } from '../wire/service.ts';

/** What an invocation came to. `payload` is JSON text: the result, or `{errorType, errorMessage, trace}`. */
export type LambdaOutcome =
  | { readonly isOk: true; readonly payload: string }
  | { readonly isOk: false; readonly payload: string; readonly errorType: string; readonly errorMessage: string };

const syncLimitBytes = 6_291_456;
const asyncLimitBytes = 1_048_576;
const responseLimitBytes = 6_291_556;

const failure = (errorType: string, errorMessage: string, rest: Record<string, unknown>): LambdaOutcome => ({
  isOk: false,
  payload: JSON.stringify({ errorType, errorMessage, ...rest }),
  errorType,
  errorMessage,
});

/** What the Node.js runtime answers for a thrown value: an error's own `name` is the errorType. */
export const thrown = (error: unknown): LambdaOutcome =>
  error instanceof Error
    ? failure(error.name, error.message, { trace: (error.stack ?? '').split('\n') })
    : failure(typeof error, String(error), { trace: [] });

/** What Lambda answers when the function's timeout passed. */
export const timedOut = (atMs: number, requestId: string, timeoutMs: number): LambdaOutcome =>
  failure(
    'Sandbox.Timedout',
    `${new Date(atMs).toISOString()} ${requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
    {},
  );

/** The JSON text of a handler's result; `undefined` becomes null, and what JSON cannot carry fails as in the Node.js runtime. */
export const returned = (result: unknown): LambdaOutcome => {
  let payload: string;
  try {
    payload = JSON.stringify(result ?? null) ?? 'null';
  } catch {
    return thrown(new Error('Unable to stringify response body'));
  }
  const bytes = Buffer.byteLength(payload);
  if (bytes <= responseLimitBytes) return { isOk: true, payload };
  return failure(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${responseLimitBytes} bytes).`,
    {},
  );
};

/** Refuses an Invoke payload that is larger than the invocation type carries. Throws RequestEntityTooLargeException. */
export const checkPayload = (payload: unknown, type: 'RequestResponse' | 'Event'): void => {
  const limitBytes = type === 'Event' ? asyncLimitBytes : syncLimitBytes;
  const bytes = Buffer.byteLength(JSON.stringify(payload));
  if (bytes <= limitBytes) return;
  const message = `${bytes} byte payload is too large for the ${type} invocation type (limit ${limitBytes} bytes)`;
  throw new AwsError('RequestEntityTooLargeException', message, 413);
};
