import * as z from 'zod';
import { StepFailed, TemporarilyUnavailable } from '../../domain/failure.ts';
import type { Outcome } from './ask.ts';

const problem = z.object({ id: z.guid().optional().catch(undefined), code: z.string() });

/** The codes that mean something to us. Others are not repeated: nothing that PingOne wrote reaches a message. */
const knownCodes = [
  'INVALID_DATA',
  'INVALID_REQUEST',
  'INVALID_TOKEN',
  'ACCESS_FAILED',
  'NOT_FOUND',
  'REQUEST_LIMITED',
  'LIMIT_EXCEEDED',
  'UNEXPECTED_ERROR',
] as const;
type KnownCode = (typeof knownCodes)[number];

/** What an answer that is no success comes to, by its class and code: PingOne says that single numbers may change. */
export type Refusal = 'TOKEN' | 'ACCESS' | 'ABSENT' | 'LIMITED' | 'REFUSED' | 'REDIRECTED' | 'UNCLEAR';

/** The class of an answer whose status is not 2xx. */
export const refusalIn = (status: number, json: unknown): Refusal => {
  const code = codeIn(json);
  if (status === 429 || code === 'REQUEST_LIMITED' || code === 'LIMIT_EXCEEDED') return 'LIMITED';
  if (status >= 300 && status < 400) return 'REDIRECTED';
  if (status < 400 || status >= 500 || status === 408 || code === 'UNEXPECTED_ERROR') return 'UNCLEAR';
  if (code === 'ACCESS_FAILED') return 'ACCESS';
  if (status === 401 || code === 'INVALID_TOKEN') return 'TOKEN';
  if (status === 404 || code === 'NOT_FOUND') return 'ABSENT';
  return status === 403 ? 'ACCESS' : 'REFUSED';
};

const todo: Readonly<Record<Refusal, string>> = {
  TOKEN: 'Check that the worker application in workerSecret belongs to this environment and is enabled.',
  ACCESS: 'Give the worker application the role Environment Admin for this environment.',
  ABSENT: 'Check environmentId, gatewayId and region.',
  LIMITED: 'It is tried again.',
  REFUSED: 'Compare the settings of the authority with the environment in PingOne.',
  REDIRECTED: 'Redirects are not followed; give the final URL in the settings.',
  UNCLEAR: 'It is tried again; see status.pingone.com if this stays.',
};

/** The error for an outcome that is of no use. `doing` begins its message; it repeats no text that came from outside. */
export const failureOf = (doing: string, outcome: Outcome): StepFailed | TemporarilyUnavailable => {
  if (outcome.kind === 'NOT_SENT')
    return new TemporarilyUnavailable(
      `${doing}: no connection to PingOne (${outcome.code}). It is tried again; check region and egress rules if this stays.`,
    );
  if (outcome.kind === 'NO_ANSWER')
    return new TemporarilyUnavailable(`${doing}: PingOne gave no answer, ${outcome.why}. It is tried again.`);
  const { status, json } = outcome;
  if (status >= 200 && status < 300)
    return new TemporarilyUnavailable(
      `${doing}: HTTP ${status}, but not what PingOne answers. It is tried again; check the URLs of the authority.`,
    );
  const refusal = refusalIn(status, json);
  const message = `${doing}: PingOne answered ${named(status, json)}. ${todo[refusal]}`;
  return refusal === 'UNCLEAR' || refusal === 'LIMITED' ? new TemporarilyUnavailable(message) : new StepFailed(message);
};

/** Whether an error is one of these, which say that something is refused or unclear and name no secret. */
export const isPingOneFailure = (error: unknown): error is StepFailed | TemporarilyUnavailable =>
  error instanceof StepFailed || error instanceof TemporarilyUnavailable;

const codeIn = (json: unknown): KnownCode | undefined => {
  const read = problem.safeParse(json);
  return read.success ? knownCodes.find((code) => code === read.data.code) : undefined;
};

/** Status, a known code, and the id under which PingOne's logs have it. */
const named = (status: number, json: unknown): string => {
  const read = problem.safeParse(json);
  const id = read.success ? read.data.id : undefined;
  return [`HTTP ${status}`, codeIn(json), id === undefined ? undefined : `(${id} in its logs)`]
    .filter((part) => part !== undefined)
    .join(' ');
};
