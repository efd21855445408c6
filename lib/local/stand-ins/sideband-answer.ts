import { z } from 'zod';

/** What a kit makes of an answer. `REFUSED`: HTTP 4xx, or a `response` in place of an allow. `FAILED`: nobody answered, or was too busy to, or so that the kit cannot use it. */
export type SidebandVerdict =
  | { readonly kind: 'ALLOWED'; readonly state?: unknown }
  | { readonly kind: 'REFUSED' | 'FAILED'; readonly reason: string };

const headers = z.array(z.record(z.string(), z.string()).refine((entry) => Object.keys(entry).length === 1));
const code = z.union([z.string().regex(/^[1-5]\d\d$/), z.number().int().min(100).max(599)]);
const direct = z.object({ response_code: code, headers, body: z.string().optional() });
const allow = z.object({ url: z.string().min(1), method: z.string().min(1), http_version: z.string().min(1), headers });
const problem = z.object({ id: z.string().min(1), message: z.string().min(1) });

const failed = (reason: string): SidebandVerdict => ({ kind: 'FAILED', reason });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * Reads the HTTP answer of either leg as strictly as kong-plugin-ping-auth 1.2.0 and PingGateway do: every error has a JSON
 * body with `id` and `message`, a 429 an integer Retry-After; `headers` is an array; the mere presence of `response` on
 * the request leg denies, and `null` there breaks Kong.
 */
export const readAnswer = (
  leg: 'request' | 'response',
  status: number,
  retryAfter: string | undefined,
  text: string,
): SidebandVerdict => {
  const body = parsed(text);
  if (status >= 400 && status < 500) {
    if (status === 429)
      return failed(`HTTP 429${/^\d+$/.test(retryAfter ?? '') ? '' : ' without an integer Retry-After'}`);
    return problem.safeParse(body).success
      ? { kind: 'REFUSED', reason: `HTTP ${status}` }
      : { kind: 'REFUSED', reason: `HTTP ${status} without {id, message}` };
  }
  if (status !== 200) return failed(`HTTP ${status}`);
  if (typeof body !== 'object' || body === null) return failed('the body is not a JSON object');
  if (leg === 'response') return readResponse(body);
  if ('response' in body) {
    const answer = direct.safeParse(body.response);
    return answer.success
      ? { kind: 'REFUSED', reason: `denied with ${answer.data.response_code}` }
      : failed('`response` is not a response');
  }
  if (!allow.safeParse(body).success) return failed('an allow without url, method, http_version or headers array');
  if ('state' in body && body.state === null) return failed('`state` is null');
  return { kind: 'ALLOWED', ...('state' in body ? { state: body.state } : {}) };
};

const readResponse = (body: object): SidebandVerdict =>
  direct.safeParse(body).success
    ? { kind: 'ALLOWED' }
    : failed('an answer to the response leg without response_code or headers array');
