import type { SidebandBody } from './sideband-body.ts';
import { headersIn, isBody, pick, statusIn } from './sideband-fields.ts';
import type { LegAnswer } from './sideband-request.ts';

/**
 * The response leg under *credential check only*: the backend's response again, unchanged, its code always a string. Asks
 * only for what the answer needs: the backend has run, and a refusal here would take a finished response from the client.
 * `state`, `request`, both or none of them may come along.
 */
export const answerResponse = (body: SidebandBody): LegAnswer => {
  const { fields: sent } = body;
  const headers = headersIn(body);
  const status = statusIn(sent.response_code);
  const fields = [
    ...(status ? [] : ['response_code']),
    ...(headers ? [] : ['headers']),
    ...(isBody(sent.body) ? [] : ['body']),
  ];
  if (!headers || !status || fields.length > 0) return { kind: 'invalid', fields };
  return { kind: 'answered', body: pick(body, echoed, { headers, response_code: `"${status}"` }) };
};

const echoed = ['http_version', 'response_code', 'response_status', 'headers', 'body'];
