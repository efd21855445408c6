import type { Answer, Protocol } from '../wire/protocol.ts';
import { AwsError, type AwsService, type Caller } from '../wire/service.ts';
import type { Received } from '../wire/sigv4.ts';

/** Where the URL of a function, or of an alias of it, is on this machine; AWS gives each a host of its own. */
export const functionUrl = (endpointUrl: string, functionName: string, alias: string | undefined): string =>
  `${endpointUrl}${prefix}${functionName}${alias === undefined ? '' : `.${alias}`}/`;

const prefix = '/lambda-url/';
const place = /^\/lambda-url\/([\w-]{1,64})(?:\.([\w-]{1,128}))?(\/[^?]*)?(?:\?(.*))?$/;

/**
 * The function URLs of this machine, all with AWS_IAM: unsigned requests are refused, and the function is told who signed ("Invoking
 * Lambda function URLs"). A failed function is answered with 502, without its error. `arnOf` says who a caller is to IAM.
 */
export const lambdaUrlProtocol = (arnOf: (callerName: string) => string): Protocol => ({
  serviceAsked: ({ target }) => (target.startsWith(prefix) ? 'lambda' : undefined),
  operationAsked: () => 'InvokeFunctionUrl',
  call: async (service, received, caller, requestId) =>
    answerOf(await invoke(service, received, caller, requestId, arnOf(caller.name))),
  refuse: ({ name, message, status }) =>
    status >= 500
      ? { status: 502, headers: text, body: 'Internal Server Error' }
      : {
          status: name === 'ResourceNotFoundException' ? 404 : 403,
          headers: { ...json, 'x-amzn-errortype': name },
          body: JSON.stringify({ Message: message }),
        },
});

const json = { 'content-type': 'application/json' };
const text = { 'content-type': 'text/plain' };

const invoke = async (
  service: AwsService,
  received: Received,
  caller: Caller,
  requestId: string,
  userArn: string,
): Promise<unknown> => {
  const [, functionName = '', alias, path = '/', query = ''] = place.exec(received.target) ?? [];
  const FunctionName = alias === undefined ? functionName : `${functionName}:${alias}`;
  const Payload = eventOf(received, { path, query, requestId, userArn });
  const output = await service.call('InvokeFunctionUrl', { FunctionName, Payload }, caller);
  if (output.FunctionError) throw new AwsError('InternalFailure', 'The function failed.', 500);
  return output.Payload;
};

type Place = { readonly path: string; readonly query: string; readonly requestId: string; readonly userArn: string };

/** The event of payload format 2.0, as "Request payload format" of function URLs describes it. */
const eventOf = ({ method, headers, body }: Received, { path, query, requestId, userArn }: Place): object => {
  const atMs = Date.now();
  const isText = /^(text\/|application\/(json|xml|javascript))/.test(headers['content-type'] ?? '');
  const [accountId = ''] = /(?<=::)\d{12}(?=:)/.exec(userArn) ?? [];
  const { authorization: _, ...passedOn } = headers;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: Object.fromEntries(Object.entries(passedOn).map(([name, value]) => [name, String(value)])),
    queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
    requestContext: {
      accountId,
      apiId: 'local',
      authentication: null,
      authorizer: {
        iam: {
          accessKey: '',
          accountId,
          callerId: userArn,
          cognitoIdentity: null,
          principalOrgId: null,
          userArn,
          userId: userArn,
        },
      },
      domainName: headers.host ?? '',
      domainPrefix: 'local',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: headers['user-agent'] ?? '' },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: new Date(atMs).toISOString(),
      timeEpoch: atMs,
    },
    body: isText ? body.toString() : body.toString('base64'),
    isBase64Encoded: !isText,
  };
};

/** A result without a `statusCode` is the body of a 200 ("Response payload format"). */
const answerOf = (result: unknown): Answer => {
  if (typeof result !== 'object' || result === null || !('statusCode' in result))
    return { status: 200, headers: json, body: JSON.stringify(result) };
  const {
    statusCode,
    headers = {},
    body = '',
    isBase64Encoded,
  } = result as {
    statusCode: number;
    headers?: Record<string, string>;
    body?: string;
    isBase64Encoded?: boolean;
  };
  return {
    status: statusCode,
    headers: { ...json, ...headers },
    body: isBase64Encoded ? Buffer.from(body, 'base64').toString() : body,
  };
};
