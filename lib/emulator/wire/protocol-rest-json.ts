import type { Protocol } from './protocol.ts';
import { readJson } from './protocol-json.ts';
import { AwsError } from './service.ts';

const INVOKE = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?(.*))?$/;

/** Names of authentication errors, which REST APIs answer with 403 where the JSON protocols say 400. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

/** Lambda's Invoke over REST-JSON: the parameters of its path, query and headers under their names, and the payload as a JSON value. */
export const restJsonProtocol: Protocol = {
  serviceAsked: ({ target }) => (target.startsWith('/2015-03-31/functions') ? 'lambda' : undefined),
  operationAsked: ({ method, target }) => (method === 'POST' && INVOKE.test(target) ? 'Invoke' : ''),
  call: async (service, { method, target, headers, body }, caller) => {
    const [, functionName, query] = (method === 'POST' ? INVOKE.exec(target) : undefined) ?? [];
    if (!functionName) throw new AwsError('UnknownOperationException', 'Only Invoke is emulated on this machine.', 404);
    const input = {
      FunctionName: decoded(functionName),
      Qualifier: new URLSearchParams(query).get('Qualifier') ?? undefined,
      InvocationType: headers['x-amz-invocation-type'],
      LogType: headers['x-amz-log-type'],
      Payload: body.length === 0 ? undefined : readPayload(body),
    };
    const { StatusCode, FunctionError, LogResult, Payload } = await service.call('Invoke', input, caller);
    const more: Record<string, string> = {
      ...(FunctionError ? { 'x-amz-function-error': String(FunctionError) } : {}),
      ...(LogResult ? { 'x-amz-log-result': String(LogResult) } : {}),
    };
    return {
      status: Number(StatusCode),
      headers: { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST', ...more },
      body: Payload === undefined ? '' : JSON.stringify(Payload),
    };
  },
  refuse: ({ name, message, status }) => ({
    status: FORBIDDEN.has(name) ? 403 : status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
    body: JSON.stringify({ Type: status >= 500 ? 'Service' : 'User', Message: message, message }),
  }),
};

/** A segment of the path; what cannot be decoded stays as it is, and is then no name. */
const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

const readPayload = (body: Buffer): unknown => {
  try {
    return readJson(body);
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json.', 400);
  }
};
