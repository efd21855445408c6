import { randomUUID } from 'node:crypto';
import type { Answered } from '../loopback-server.ts';

export type Detail = {
  readonly code: string;
  readonly target?: string;
  readonly message: string;
  readonly innerError?: { readonly maximumValue?: number; readonly allowedValues?: readonly string[] };
};

/** PingOne's error body (schema P1Error: `id` is what its logs name, `details` only where there are some). */
export const problem = (
  status: number,
  code: string,
  message: string,
  { details = [], headers }: { details?: readonly Detail[]; headers?: Record<string, string> } = {},
): Answered => ({
  status,
  json: { id: randomUUID(), code, message, ...(details.length > 0 ? { details } : {}) },
  ...(headers ? { headers } : {}),
});

export const notFound = (what: string): Answered => problem(404, 'NOT_FOUND', `The requested ${what} was not found.`);

/** 401 of the management API; clients are told to switch on class and code, since numbers may change. */
export const invalidToken = (): Answered =>
  problem(401, 'INVALID_TOKEN', 'The access token is missing, invalid or has expired.');

export const accessFailed = (): Answered =>
  problem(403, 'ACCESS_FAILED', 'The actor attempting to perform the request is not authorized.');

export const methodNotAllowed = (allow: string): Answered =>
  problem(405, 'METHOD_NOT_ALLOWED', 'The method is not allowed for this resource.', { headers: { allow } });
