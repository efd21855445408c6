import { headersIn, isBody, pick, type SidebandBody, statusIn } from './sideband-fields.ts';
import type { LegAnswer } from './sideband-request.ts';

/**
 * The response leg under *credential check only*: the backend's response again, unchanged, its code always a string. Asks
 * only for what the answer needs: the backend has run, and a refusal here would take a finished response from the client.
 * `state`, `request`, both or none of them may come along.
 */
export const answerResponse = (sent: SidebandBody): LegAnswer => {
  const headers = headersIn(sent);
  const status = statusIn(sent.response_code);
  const fields = [
    ...(status ? [] : ['response_code']),
    ...(headers ? [] : ['headers']),
    ...(isBody(sent.body) ? [] : ['body']),
  ];
  if (!headers || !status || fields.length > 0) return { kind: 'invalid', fields };
  const echo = pick(sent, 'http_version', 'response_status', 'body');
  return { kind: 'answered', body: { ...echo, response_code: status, headers } };
};
