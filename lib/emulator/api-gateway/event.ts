import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { Route } from './declared-api.ts';
import type { Payload } from './media-types.ts';

/** The id of the one REST API. */
export const apiId = 'local';

/** Where the API seems to be: what its ARNs name. */
export type RequestContext = { readonly region: string; readonly accountId: string; readonly stage: string };

/** One request on its way through the server. */
export type Arrival = {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly query: string;
  readonly host: string;
  readonly requestId: string;
  readonly atMs: number;
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

let lastTime = { second: Number.NaN, text: '' };

/** `23/Nov/2026:04:19:05 +0000`, made once for all requests of a second. */
const logTime = (atMs: number): string => {
  const second = Math.floor(atMs / 1000);
  if (second !== lastTime.second) lastTime = { second, text: formatted(atMs) };
  return lastTime.text;
};

const formatted = (atMs: number): string => {
  const [date = '', time = ''] = new Date(atMs).toISOString().split(/[T.]/);
  const [year, month, day] = date.split('-');
  return `${day}/${months[Number(month) - 1]}/${year}:${time} +0000`;
};

/** Names and values as a client sent them, in its order; a repeated name has all of its values in `all`, and the last one in `last`. */
type Named = { readonly last: Record<string, string>; readonly all: Record<string, string[]> };

const add = ({ last, all }: Named, name: string, value: string): void => {
  const values = Object.hasOwn(all, name) ? all[name] : undefined;
  if (values) values.push(value);
  else put(all, name, [value]);
  put(last, name, value);
};

/** A name of an object's own, whatever it is: `__proto__` is a name of a header like any other. */
const put = <Value>(record: Record<string, Value>, name: string, value: Value): void => {
  if (name === '__proto__') Object.defineProperty(record, name, { value, enumerable: true, writable: true });
  else record[name] = value;
};

const headersOf = ({ rawHeaders }: IncomingMessage): Named => {
  const headers: Named = { last: {}, all: {} };
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    add(headers, rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  return headers;
};

const parametersOf = (query: string): Named => {
  const parameters: Named = { last: {}, all: {} };
  for (const [name, value] of new URLSearchParams(query)) add(parameters, name, value);
  return parameters;
};

/** The client's address, the same whether it came to an IPv4 socket or to one for both. */
export const addressOf = ({ socket }: IncomingMessage): string =>
  (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');

/**
 * What the events of a request share, made once: the authorizer has ended when the integration is asked. Names of headers stay
 * as they were sent; of a repeated one `headers` has the last value.
 */
export const sharedBy = (arrival: Arrival, requestContext: RequestContext) => {
  const { request, path, query, host: domainName, requestId, atMs, route, parameters } = arrival;
  const { accountId, stage } = requestContext;
  const headers = headersOf(request);
  const asked = query === '' ? undefined : parametersOf(query);
  const method = request.method ?? '';
  return {
    resource: route.resource,
    path,
    httpMethod: method,
    headers: headers.last,
    multiValueHeaders: headers.all,
    queryStringParameters: asked?.last ?? null,
    multiValueQueryStringParameters: asked?.all ?? null,
    pathParameters: { ...parameters },
    stageVariables: null,
    requestContext: {
      accountId,
      apiId,
      authorizer: undefined,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? '',
      extendedRequestId: requestId,
      httpMethod: method,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: addressOf(request),
        user: null,
        userAgent: request.headers['user-agent'] ?? null,
        userArn: null,
      },
      path: `/${stage}${path}`,
      protocol: `HTTP/${request.httpVersion}`,
      requestId,
      requestTime: logTime(atMs),
      requestTimeEpoch: atMs,
      resourceId: route.resourceId,
      resourcePath: route.resource,
      stage,
    },
  };
};

/** See {@link sharedBy}. */
export type Shared = ReturnType<typeof sharedBy>;

/** The ARN of the method that a request calls, with its real path. */
export const methodArnOf = ({ request, path }: Arrival, { region, accountId, stage }: RequestContext): string =>
  `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${request.method}${path}`;

/** In whose name API Gateway calls the authorizer's function. */
export const authorizerArnOf = ({ route }: Arrival, { region, accountId }: RequestContext): string =>
  `arn:aws:execute-api:${region}:${accountId}:${apiId}/authorizers/${route.authorizerId}`;

/** In whose name API Gateway calls a method's function. */
export const resourceArnOf = ({ route }: Arrival, { region, accountId, stage }: RequestContext): string =>
  `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${route.method}${route.resource}`;

/** The event of a REQUEST authorizer ("Input to an API Gateway Lambda authorizer"). */
export const authorizerEvent = (shared: Shared, methodArn: string): APIGatewayRequestAuthorizerEvent => ({
  type: 'REQUEST',
  methodArn,
  ...shared,
});

/** The event of a Lambda proxy integration; `authorizer` is the context that the authorizer gave. */
export const proxyEvent = (
  shared: Shared,
  authorizer: Readonly<Record<string, string>>,
  payload: Payload,
): APIGatewayProxyEvent => ({
  ...shared,
  requestContext: { ...shared.requestContext, authorizer: { ...authorizer } },
  ...payload,
});
