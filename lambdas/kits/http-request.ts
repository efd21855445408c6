import type { Kit } from '../domain/kit.ts';
import { retryAfterMsIn } from '../domain/retry-after.ts';
import { jsonIn } from './json-text.ts';
import { isKitError, type KitError, KitMisconfigured, KitRefused, KitUnreachable } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';

/** One HTTP request to a kit's management API; `doing` begins the message of an error. */
export type Question = {
  readonly doing: string;
  readonly kit: Kit;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** In place of `body`: sent as JSON. */
  readonly json?: object | undefined;
  /** What this API means by a refusal, when that is more than its status says; of the body only what is ours to know is read. */
  readonly meaningOf?: (status: number, json: unknown) => KitError | undefined;
};

/** A 2xx answer; `json` is `undefined` when the body is not JSON. */
export type Answer = { readonly status: number; readonly json: unknown; readonly headers: Pick<Headers, 'get'> };

/**
 * Asks once. Gives the answer only when it is 2xx and was read to its end; everything else is one of the kit errors.
 * Redirects are refused: following one would send the credential to an address that nobody configured.
 */
export const ask = async ({ fetch, nowMs, signal }: KitAccess, question: Question): Promise<Answer> => {
  const { method, url, headers, json } = question;
  const body = json === undefined ? question.body : JSON.stringify(json);
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body ? { body } : {}),
      redirect: 'manual',
      signal,
    });
    const text = await response.text();
    if (response.ok) return { status: response.status, json: jsonIn(text), headers: response.headers };
    const retryAfterMs = retryAfterMsIn(response.headers.get('retry-after'), nowMs());
    throw question.meaningOf?.(response.status, jsonIn(text)) ?? refusal(question, response.status, retryAfterMs);
  } catch (error) {
    throw isKitError(error) ? error : unreachable(question, signal, error);
  }
};

const refusal = ({ doing, kit }: Question, status: number, retryAfterMs: number | undefined): KitError => {
  const said = (todo: string) => ({ doing, kit, answer: `HTTP ${status}`, todo });
  if (status === 429) return new KitUnreachable('RATE_LIMITED', said('It is tried again.'), retryAfterMs);
  if (status >= 500 || status === 408)
    return new KitUnreachable('SERVER_ERROR', said('It is tried again; look at the kit if this stays.'), retryAfterMs);
  if (status === 401)
    return new KitRefused('ACCESS_DENIED', said("Check the token, header or signing secret in the kit's settings."));
  if (status === 403)
    return new KitRefused(
      'ACCESS_DENIED',
      said(
        'It does not allow this: check the permissions of the token in the settings, and who may reach this address.',
      ),
    );
  if (status === 404 || status === 410)
    return new KitMisconfigured('NOT_FOUND', said("Check the URL in the kit's settings; nothing is there."));
  if (status === 405) return new KitRefused('NOT_SUPPORTED', said('The address does not take this kind of request.'));
  if (status >= 300 && status < 400)
    return new KitRefused('REDIRECTED', said('Redirects are not followed; give the final URL in the settings.'));
  return new KitRefused('REQUEST_REFUSED', said('Compare the version and configuration of the kit with the settings.'));
};

const unreachable = ({ doing, kit }: Question, signal: AbortSignal, error: unknown): KitUnreachable =>
  signal.aborted
    ? new KitUnreachable('TIMEOUT', { doing, kit, answer: 'no answer in time', todo: 'It is tried again.' })
    : new KitUnreachable('NO_CONNECTION', {
        doing,
        kit,
        answer: `no connection (${systemCode(error)})`,
        todo: "Check that the host in the kit's settings can be reached and its certificate is trusted.",
      });

/** The code that the system gave (`ECONNREFUSED`), the only thing taken from a failed request: messages quote headers. */
const systemCode = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{2,50}$/.test(code) ? code : 'unknown reason';
};
