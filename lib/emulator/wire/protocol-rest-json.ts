import type { Protocol } from './protocol.ts';
import { readJson, readJsonObject } from './protocol-json.ts';
import { AwsError } from './service.ts';

const INVOKE = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?(.*))?$/;
const FUNCTION =
  /^\/2015-03-31\/functions\/([^/?]+)(?:\/(configuration|code|versions|aliases)(?:\/([^/?]+))?)?(?:\?(.*))?$/;

/** The operations about configuration by their method and the last part of their path, with the status of their answer. */
const CONFIGURING: Readonly<Record<string, readonly [operation: string, status: number]>> = {
  'GET function': ['GetFunction', 200],
  'PUT code': ['UpdateFunctionCode', 200],
  'GET configuration': ['GetFunctionConfiguration', 200],
  'PUT configuration': ['UpdateFunctionConfiguration', 200],
  'POST versions': ['PublishVersion', 201],
  'GET aliases': ['GetAlias', 200],
  'PUT aliases': ['UpdateAlias', 200],
};

/** What is asked about the configuration of a function; undefined when this is another request. */
const configuringIn = (method: string, target: string) => {
  const [, functionName, kind = 'function', alias, query] = FUNCTION.exec(target) ?? [];
  const [operation, status] = CONFIGURING[`${method} ${kind}`] ?? ['', 0];
  if (functionName === undefined || operation === '' || (kind === 'aliases') !== (alias !== undefined))
    return undefined;
  const Qualifier = new URLSearchParams(query).get('Qualifier') ?? undefined;
  const input = { FunctionName: decoded(functionName), Qualifier, Name: alias && decoded(alias) };
  return { operation, status, input };
};

/** Names of authentication errors, which REST APIs answer with 403 where the JSON protocols say 400. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

/** Lambda over REST-JSON. Of Invoke: the parameters of its path, query and headers under their names, and the payload as a JSON value. */
export const restJsonProtocol: Protocol = {
  serviceAsked: ({ target }) => (target.startsWith('/2015-03-31/functions') ? 'lambda' : undefined),
  operationAsked: ({ method, target }) =>
    method === 'POST' && INVOKE.test(target) ? 'Invoke' : (configuringIn(method, target)?.operation ?? ''),
  call: async (service, { method, target, headers, body }, caller) => {
    const configuring = configuringIn(method, target);
    if (configuring) {
      const { operation, status, input } = configuring;
      const output = await service.call(operation, { ...readJsonObject(body), ...input }, caller);
      const text = JSON.stringify(linkedAt(headers.host, output));
      return { status, headers: { 'content-type': 'application/json' }, body: text };
    }
    const [, functionName, query] = (method === 'POST' ? INVOKE.exec(target) : undefined) ?? [];
    if (!functionName)
      throw new AwsError('UnknownOperationException', 'This operation of Lambda is not emulated on this machine.', 404);
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

/** The link to a package with the host by which this endpoint was asked. */
const linkedAt = (host: string | undefined, output: Record<string, unknown>): Record<string, unknown> => {
  const { Code } = output;
  if (typeof Code !== 'object' || Code === null || !('Location' in Code)) return output;
  return { ...output, Code: { ...Code, Location: `http://${host}${Code.Location}` } };
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
