import { parseJson } from './json.ts';
import type { Protocol } from './protocol.ts';
import { AwsError } from './service.ts';

/** The `X-Amz-Target` prefixes of the emulated services, with the services' signing names. */
const SIGNING_NAMES: ReadonlyMap<string, string> = new Map([
  ['DynamoDB_20120810', 'dynamodb'],
  ['secretsmanager', 'secretsmanager'],
  ['AWSStepFunctions', 'states'],
  ['AWSEvents', 'events'],
  ['TrentService', 'kms'],
  ['AmazonSSM', 'ssm'],
]);

/** AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, input and output as JSON, the error's name in `__type` (smithy.io, "AWS JSON protocols"). */
export const jsonProtocol: Protocol = {
  serviceAsked: ({ headers }) => SIGNING_NAMES.get(targetOf(headers)[0]),
  operationAsked: ({ headers }) => targetOf(headers)[1],
  call: async (service, request, caller) => {
    const output = await service.call(jsonProtocol.operationAsked(request), readJsonObject(request.body), caller);
    return {
      status: 200,
      headers: { 'content-type': contentType(request.headers['content-type']) },
      body: JSON.stringify(output),
    };
  },
  refuse: ({ name, message, status }) => ({
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': name },
    body: JSON.stringify({ __type: name, message }),
  }),
};

/** The input of a call; no body at all is `{}`. Throws `SerializationException` when it is anything but a JSON object. */
export const readJsonObject = (body: Buffer): Record<string, unknown> => {
  const parsed = body.length === 0 ? {} : readJson(body);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new AwsError('SerializationException', 'The request body must be a JSON object.');
  }
  return parsed as Record<string, unknown>;
};

/** Any JSON value. Throws `SerializationException`, with nothing of the body in it. */
export const readJson = (body: Buffer): unknown => {
  try {
    return parseJson(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON.');
  }
};

const targetOf = (headers: Parameters<Protocol['serviceAsked']>[0]['headers']): [string, string] => {
  const target = String(headers['x-amz-target'] ?? '');
  const dot = target.lastIndexOf('.');
  return [target.slice(0, Math.max(dot, 0)), target.slice(dot + 1)];
};

const contentType = (asked: string | undefined): string =>
  asked?.startsWith('application/x-amz-json-1.0') ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
