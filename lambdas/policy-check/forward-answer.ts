import type { GatewayId } from '../domain/ids.ts';
import { type Answer, failed, type SidebandRefusal } from './answer.ts';
import { headersToKit } from './forward-headers.ts';
import type { Posted } from './keep-alive.ts';
import { isRecord, payloadOfBytes } from './sideband-body.ts';

/** What a kit gets for a forwarded request; without `code` it is a decision. `said` goes into our log: codes and numbers only. */
export type Forwarded = {
  readonly answer: Answer;
  readonly code?: SidebandRefusal;
  readonly said?: Readonly<Record<string, string | number>>;
};

/** PingOne's word about what the kit sent. */
const aboutTheRequest: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/**
 * PingOne's answer for the kit, in its bytes: a decision, what is wrong with the request, or that it comes too often.
 * Everything else is an outage in our words, which names PingOne. A 401 or 403 is about our own credential, and whoever
 * gave it on would have the kit's taken for wrong.
 */
export const answerOfPingOne = (posted: Posted, to: GatewayId, requestId: string): Forwarded => {
  const { status, body } = posted;
  if (status === 200)
    return isFilledObject(body)
      ? { answer: passedOn(posted) }
      : outage('PINGONE_FAILED', 502, 'answered with what is no decision', requestId, { status });
  const isReadable = isFilledObject(body);
  if (status === 429)
    return {
      answer: isReadable
        ? withRetryAfter(passedOn(posted), posted)
        : withRetryAfter(
            failed(429, 'LIMIT_EXCEEDED', 'PingOne is asked too often; try again later.', requestId),
            posted,
          ),
      code: 'PINGONE_LIMITED',
    };
  if (aboutTheRequest.has(status)) {
    const own = failed(
      status,
      status === 413 ? 'REQUEST_TOO_LARGE' : 'INVALID_DATA',
      `PingOne answered HTTP ${status} to the request, and not why.`,
      requestId,
    );
    return { answer: isReadable ? passedOn(posted) : own, code: 'PINGONE_REJECTED', said: { status } };
  }
  if (status === 401 || status === 403) return refusesUs(to, requestId, { status });
  return outage('PINGONE_FAILED', 502, `answered HTTP ${status}`, requestId, { status });
};

/** PingOne, or the way to it, failed: `what` completes "PingOne …". */
export const outage = (
  code: SidebandRefusal,
  status: 502 | 504,
  what: string,
  requestId: string,
  said: Forwarded['said'] = {},
): Forwarded => {
  const message = `PingOne ${what}, so there is no decision. The gateway credential is good.`;
  return { answer: failed(status, 'UNEXPECTED_ERROR', message, requestId), code, said };
};

/** Our credential is refused there. */
const refusesUs = (to: GatewayId, requestId: string, said: Forwarded['said'] = {}): Forwarded => {
  const message = `PingOne refuses the credential that the policy check presents for gateway ${to}. The gateway credential of the kit is good: look at gateway ${to}.`;
  return {
    answer: failed(503, 'UNEXPECTED_ERROR', message, requestId),
    code: 'PINGONE_REFUSES_US',
    said: { to, ...said },
  };
};

/** Our credential cannot be read, so nothing was asked. */
export const unreadable = (to: GatewayId, requestId: string, why: string): Forwarded => {
  const message = `The credential that the policy check presents to PingOne for gateway ${to} cannot be read. The gateway credential of the kit is good.`;
  return {
    answer: failed(503, 'UNEXPECTED_ERROR', message, requestId),
    code: 'PINGONE_CREDENTIAL_UNREADABLE',
    said: { to, why },
  };
};

const passedOn = ({ status, rawHeaders, body }: Posted): Answer => ({
  statusCode: status,
  multiValueHeaders: { 'content-type': ['application/json'], ...headersToKit(rawHeaders) },
  ...payloadOfBytes(body),
});

/**
 * Whether it is a JSON object with something in it: kits fail on anything else, and an old one took `{}` for a yes.
 * What stands in it is PingOne's.
 */
const isFilledObject = (body: Buffer): boolean => {
  try {
    const json: unknown = JSON.parse(body.toString('latin1'));
    return isRecord(json) && Object.keys(json).length > 0;
  } catch {
    return false;
  }
};

/** A 429 without a whole number of seconds breaks a Kong worker until it is reloaded: an HTTP date becomes one, nothing becomes 1. */
const withRetryAfter = (answer: Answer, { rawHeaders }: Posted): Answer => {
  const { 'retry-after': given = [], date = [] } = valuesIn(rawHeaders);
  const { headers = {}, multiValueHeaders, ...rest } = answer;
  const single = Object.entries(headers).map(([name, value]) => [name, [value]] as const);
  return {
    ...rest,
    multiValueHeaders: {
      ...Object.fromEntries(single),
      ...multiValueHeaders,
      'retry-after': [`${secondsIn(given[0], date[0])}`],
    },
  };
};

const valuesIn = (rawHeaders: readonly string[]): Readonly<Record<string, readonly string[]>> => {
  const values: Record<string, string[]> = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    values[name] = [...(values[name] ?? []), rawHeaders[index + 1] ?? ''];
  }
  return values;
};

/** RFC 9110 10.2.3: whole seconds, or an HTTP date, which is read by the clock of the answer itself. */
const secondsIn = (text: string | undefined, date: string | undefined): number => {
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Math.max(1, Number(text));
  const seconds = Math.ceil((Date.parse(text ?? '') - Date.parse(date ?? '')) / 1000);
  return Number.isFinite(seconds) ? Math.max(1, seconds) : 1;
};
