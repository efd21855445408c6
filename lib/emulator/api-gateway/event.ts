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

const grouped = (pairs: Iterable<readonly [string, string]>): Record<string, string[]> => {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
  return Object.fromEntries(groups);
};
const lastOf = (groups: Readonly<Record<string, readonly string[]>>): Record<string, string> =>
  Object.fromEntries(Object.entries(groups).map(([name, values]) => [name, values.at(-1) ?? '']));

function* headerPairs({ rawHeaders }: IncomingMessage): Generator<readonly [string, string]> {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    yield [rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''];
}

/** The client's address, the same whether it came to an IPv4 socket or to one for both. */
export const addressOf = ({ socket }: IncomingMessage): string =>
  (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');

/** What both events share. Names of headers stay as they were sent; of a repeated one `headers` has the last value. */
const common = (arrival: Arrival, requestContext: RequestContext) => {
  const { request, path, query, host: domainName, requestId, atMs, route, parameters } = arrival;
  const { accountId, stage } = requestContext;
  const multiValueHeaders = grouped(headerPairs(request));
  const multiValueQueryStringParameters = grouped(new URLSearchParams(query));
  const hasQuery = query !== '';
  const method = request.method ?? '';
  return {
    resource: route.resource,
    path,
    httpMethod: method,
    headers: lastOf(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: hasQuery ? lastOf(multiValueQueryStringParameters) : null,
    multiValueQueryStringParameters: hasQuery ? multiValueQueryStringParameters : null,
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
export const authorizerEvent = (
  arrival: Arrival,
  requestContext: RequestContext,
): APIGatewayRequestAuthorizerEvent => ({
  type: 'REQUEST',
  methodArn: methodArnOf(arrival, requestContext),
  ...common(arrival, requestContext),
});

/** The event of a Lambda proxy integration; `authorizer` is the context that the authorizer gave. */
export const proxyEvent = (
  arrival: Arrival,
  requestContext: RequestContext,
  authorizer: Readonly<Record<string, string>>,
  payload: Payload,
): APIGatewayProxyEvent => {
  const event = common(arrival, requestContext);
  return {
    ...event,
    requestContext: { ...event.requestContext, authorizer: { ...authorizer } },
    ...payload,
  };
};
