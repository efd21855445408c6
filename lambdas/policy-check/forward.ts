import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { GatewayId } from '../domain/ids.ts';
import { TookTooLong, withinMs } from '../runtime/time-limit.ts';
import { answerOfPingOne, type Forwarded, outage, unreadable } from './forward-answer.ts';
import type { ForwardCredentials } from './forward-credential.ts';
import { headersToPingOne, queryOf } from './forward-headers.ts';
import { NoAnswer, type Post, type Posted } from './keep-alive.ts';
import { parseBody } from './sideband-body.ts';

/** What forwarding needs of the world outside. */
export type ForwardNeeds = {
  readonly credentials: ForwardCredentials;
  post(post: Post): Promise<Posted>;
  /** The longest that one request may take, with everything. */
  readonly limitMs: number;
};

/** Where PingOne is asked, and with whose credential. */
export type ForwardTarget = { readonly to: GatewayId; readonly serviceUrl: string };

/** One leg of a request, behind a good credential of ours. */
export type Leg = {
  readonly leg: 'request' | 'response';
  readonly event: Pick<
    APIGatewayProxyEvent,
    'headers' | 'multiValueHeaders' | 'multiValueQueryStringParameters' | 'requestContext'
  >;
  readonly body: Buffer;
};

/** Our credential for PingOne could not be had; the message is one of ours. */
class CredentialUnreadable extends Error {
  override readonly name = 'CredentialUnreadable';
}

/**
 * Asks PingOne for the decision, and gives its answer on as it is. When PingOne refuses our credential, the secret is read
 * once more, and only another value is tried, once: so a rotation of that credential fails no request, and a dead one is
 * not hammered with. Never throws.
 */
export const forward = async (needs: ForwardNeeds, { to, serviceUrl }: ForwardTarget, leg: Leg): Promise<Forwarded> => {
  const { credentials, post, limitMs } = needs;
  const { requestId } = leg.event.requestContext;
  const url = `${serviceUrl}/sideband/${leg.leg}${queryOf(leg.event)}`;
  const ask = (credential: string, signal: AbortSignal): Promise<Posted> =>
    post({
      url,
      headers: headersToPingOne(leg.event, credential),
      body: leg.body,
      mayRepeat: () => mayRepeat(leg.body),
      signal,
    });
  try {
    const posted = await withinMs(limitMs, async (signal) => {
      const credential = await orUnreadable(credentials.current(to));
      const first = await ask(credential, signal);
      if (first.status !== 401 && first.status !== 403) return first;
      const other = await credentials.inPlaceOf(to, credential).catch(() => undefined);
      return other === undefined ? first : ask(other, signal);
    });
    return answerOfPingOne(posted, to, requestId);
  } catch (error) {
    if (error instanceof CredentialUnreadable) return unreadable(to, requestId, error.message);
    if (error instanceof TookTooLong)
      return outage('PINGONE_TOO_LATE', 504, `did not answer within ${limitMs / 1000} s`, requestId);
    if (error instanceof NoAnswer)
      return error.code === 'ANSWER_TOO_LARGE'
        ? outage('PINGONE_FAILED', 502, 'answered with more than can be passed on', requestId)
        : outage('PINGONE_UNREACHABLE', 502, 'cannot be reached', requestId, { reason: error.code });
    throw error;
  }
};

const orUnreadable = async (reading: Promise<string>): Promise<string> => {
  try {
    return await reading;
  } catch (error) {
    throw new CredentialUnreadable(error instanceof Error ? error.message : 'unknown reason');
  }
};

/** PingOne is reported to call the real backend for a request that brings its `access_token`: such a one is not asked twice. */
const mayRepeat = (body: Buffer): boolean => {
  const fields = parseBody(body)?.fields;
  return fields !== undefined && !('access_token' in fields);
};
