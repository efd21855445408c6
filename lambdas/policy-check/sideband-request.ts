import type { Json, SidebandBody } from './sideband-body.ts';
import { headersIn, isBody, isPort, isText, pick } from './sideband-fields.ts';

/** What a leg comes to: the body of the answer, or which fields are wrong. */
export type LegAnswer =
  | { readonly kind: 'answered'; readonly body: Json }
  | { readonly kind: 'invalid'; readonly fields: readonly string[] };

/**
 * The request leg under *credential check only*: the same request again, unchanged. There is neither `response` (its mere
 * presence, even as null, refuses) nor `state` (nothing is to be remembered), and `headers` is always an array.
 */
export const answerRequest = (body: SidebandBody): LegAnswer => {
  const { fields: sent } = body;
  const headers = headersIn(body);
  const fields = [
    ...['source_ip', 'method', 'url', 'http_version'].filter((name) => !isText(sent[name])),
    ...(isPort(sent.source_port) ? [] : ['source_port']),
    ...(headers ? [] : ['headers']),
    ...(isBody(sent.body) ? [] : ['body']),
  ];
  if (!headers || fields.length > 0) return { kind: 'invalid', fields };
  return { kind: 'answered', body: pick(body, echoed, { headers }) };
};

const echoed = ['source_ip', 'source_port', 'method', 'url', 'http_version', 'headers', 'body'];
