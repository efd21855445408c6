import type { Protocol } from './protocol.ts';
import { readJson } from './protocol-json.ts';
import { AwsError } from './service.ts';

const INVOKE = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?|$)/;

/** Names of authentication errors, which REST APIs answer with 403 where the JSON protocols say 400. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

/** Lambda's Invoke over REST-JSON. The service gets `{ FunctionName, InvocationType, Payload }` and answers `{ StatusCode, FunctionError?, Payload }`. */
export const restJsonProtocol: Protocol = {
  serviceAsked: ({ target }) => (target.startsWith('/2015-03-31/functions') ? 'lambda' : undefined),
  operationAsked: ({ method, target }) => (method === 'POST' && INVOKE.test(target) ? 'Invoke' : ''),
  call: async (service, { method, target, headers, body }, caller) => {
    const functionName = method === 'POST' ? INVOKE.exec(target)?.[1] : undefined;
    if (!functionName) throw new AwsError('UnknownOperationException', 'Only Invoke is emulated on this machine.', 404);
    const input = {
      FunctionName: decodeURIComponent(functionName),
      InvocationType: invocationType(headers['x-amz-invocation-type']),
      Payload: body.length === 0 ? undefined : readPayload(body),
    };
    const { StatusCode, FunctionError, Payload } = await service.call('Invoke', input, caller);
    const failed: Record<string, string> = FunctionError ? { 'x-amz-function-error': String(FunctionError) } : {};
    return {
      status: Number(StatusCode),
      headers: { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST', ...failed },
      body: Payload === undefined ? '' : JSON.stringify(Payload),
    };
  },
  refuse: ({ name, message, status }) => ({
    status: FORBIDDEN.has(name) ? 403 : status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
    body: JSON.stringify({ Type: status >= 500 ? 'Service' : 'User', Message: message, message }),
  }),
};

const invocationType = (asked: unknown): string => {
  const type = asked ?? 'RequestResponse';
  if (type !== 'RequestResponse' && type !== 'Event' && type !== 'DryRun') {
    throw new AwsError('InvalidParameterValueException', 'InvocationType must be RequestResponse, Event or DryRun.');
  }
  return type;
};

const readPayload = (body: Buffer): unknown => {
  try {
    return readJson(body);
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json.', 400);
  }
};
