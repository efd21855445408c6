import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDynamoDb } from '../../../lib/emulator/dynamodb/dynamodb.ts';
import { startEndpoint } from '../../../lib/emulator/endpoint/endpoint.ts';
import { createSts } from '../../../lib/emulator/sts/sts.ts';
import { AwsError, type AwsService, unknownOperation } from '../../../lib/emulator/wire/service.ts';
import { type Running, runEndpoint } from './running-endpoint.ts';
import { type ByHand, send } from './signed-request.ts';

const NOW_MS = Date.UTC(2026, 0, 1, 12);

let running: Running;
let calls: unknown[];

/** Stands in for any service: notes how it was called, and answers or throws as the operation says. */
const service = (signingName: string): AwsService => ({
  signingName,
  call: async (operation, input, caller) => {
    calls.push({ operation, input, caller });
    if (operation === 'ListSecretVersionIds') throw new Error('s3cret in a stack trace');
    if (operation === 'DescribeSecret') throw new AwsError('ResourceNotFoundException', 'not there');
    if (operation === 'Unknown') throw unknownOperation(operation);
    if (signingName !== 'lambda') return { SecretList: [] };
    if (input.FunctionName === 'absent') throw new AwsError('ResourceNotFoundException', 'Function not found', 404);
    if (input.InvocationType === 'Event') return { StatusCode: 202 };
    if (input.FunctionName === 'failing') {
      return { StatusCode: 200, FunctionError: 'Unhandled', Payload: { errorType: 'Error' } };
    }
    return { StatusCode: 200, Payload: { got: input.Payload } };
  },
});

beforeEach(async () => {
  calls = [];
  running = await runEndpoint(
    ({ newSession }) => [
      service('secretsmanager'),
      service('lambda'),
      createSts({ arnOf: (name) => `arn:aws:iam::000000000000:user/${name}`, newSession, clock: () => NOW_MS }),
    ],
    () => NOW_MS,
  );
});

afterEach(() => running.close());

const asked = (change: Partial<ByHand> & { readonly target?: string } = {}): ByHand => ({
  url: running.endpoint.url,
  key: running.operator,
  atMs: NOW_MS,
  service: 'secretsmanager',
  body: '{"MaxResults":1}',
  headers: {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `secretsmanager.${change.target ?? 'ListSecrets'}`,
  },
  ...change,
});

const refusal = async (request: ByHand) => {
  const { status, headers, body } = await send(request);
  return { status, type: headers['x-amzn-errortype'], named: JSON.parse(body).__type };
};

test('a request signed as AWS describes it is passed to its service, with the name of its caller', async () => {
  const { status, headers, body } = await send(asked());

  expect(status).toBe(200);
  expect(JSON.parse(body)).toEqual({ SecretList: [] });
  expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
  expect(calls).toEqual([{ operation: 'ListSecrets', input: { MaxResults: 1 }, caller: { name: 'operator' } }]);
});

test('a function is known by the key it was issued, and gets the same key each time', async () => {
  const key = running.keys.keyOf('authorize');
  await send(asked({ key }));

  expect(running.keys.keyOf('authorize')).toBe(key);
  expect(calls).toMatchObject([{ caller: { name: 'authorize' } }]);
});

test('a security token is tolerated when it is signed', async () => {
  const { headers } = asked();
  const { status } = await send(asked({ headers: { ...headers, 'x-amz-security-token': 'any' } }));

  expect(status).toBe(200);
});

test('refuses an unknown key', async () => {
  const key = { ...running.operator, accessKeyId: 'LOCALAAAAAAAAAAAAAAA' };

  expect(await refusal(asked({ key }))).toEqual({
    status: 400,
    type: 'UnrecognizedClientException',
    named: 'UnrecognizedClientException',
  });
});

test.each<[string, () => Partial<ByHand>]>([
  ['another secret', () => ({ key: { ...running.operator, secretAccessKey: 'wrong' } })],
  ['another body', () => ({ sentBody: '{"MaxResults":2}' })],
  ['another operation', () => ({ unsigned: { 'x-amz-target': 'secretsmanager.GetSecretValue' } })],
  ['an x-amz- header that is not signed', () => ({ unsigned: { 'x-amz-meta': 'any' } })],
  ['another service', () => ({ service: 'states' })],
  ['an age of more than five minutes', () => ({ atMs: NOW_MS - 300_001 })],
  ['a date more than five minutes ahead', () => ({ atMs: NOW_MS + 301_000 })],
  [
    'a payload hash that is not that of the body',
    () => ({ headers: { ...asked().headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }),
  ],
])('refuses a signature with %s, and asks no service', async (_what, change) => {
  expect(await refusal(asked(change()))).toMatchObject({ status: 400, named: 'InvalidSignatureException' });
  expect(calls).toEqual([]);
});

test('accepts a signature that is not quite five minutes old', async () => {
  expect((await send(asked({ atMs: NOW_MS - 299_000 }))).status).toBe(200);
});

test('refuses a request without a signature, and one with half of one', async () => {
  const none = await fetch(running.endpoint.url, {
    method: 'POST',
    headers: { 'x-amz-target': 'secretsmanager.ListSecrets' },
  });
  const half = asked({ unsigned: { authorization: 'AWS4-HMAC-SHA256 Credential=LOCAL/20260101' } });

  expect(await none.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  expect(await refusal(half)).toMatchObject({ status: 400, named: 'IncompleteSignatureException' });
});

test.each(['example.com', '127.0.0.1', 'localhost', '127.0.0.1:1'])('refuses the Host %s', async (host) => {
  const { status, headers } = await send(asked({ unsigned: { host } }));

  expect(status).toBe(403);
  expect(headers).not.toHaveProperty('access-control-allow-origin');
  expect(calls).toEqual([]);
});

test('answers to the name localhost', async () => {
  const url = running.endpoint.url.replace('127.0.0.1', 'localhost');
  const { body } = await send({ ...asked(), url, unsigned: { host: new URL(url).host } });

  expect(JSON.parse(body)).toEqual({ SecretList: [] });
});

test('refuses every request of a web page', async () => {
  for (const origin of ['null', 'http://127.0.0.1:8090', running.endpoint.url]) {
    expect((await send(asked({ unsigned: { origin } }))).status).toBe(403);
  }
  expect(calls).toEqual([]);
});

test('refuses a body of more than 16 MiB', async () => {
  const body = ' '.repeat(32 * 1024 * 1024);

  const { status } = await send(
    asked({ body, headers: { ...asked().headers, 'content-length': String(body.length) } }),
  );

  expect(status).toBe(413);
  expect(calls).toEqual([]);
});

test('an error keeps its name, and an unexpected one says nothing of the request', async () => {
  expect(await refusal(asked({ target: 'DescribeSecret' }))).toMatchObject({ named: 'ResourceNotFoundException' });
  const { status, body } = await send(asked({ target: 'ListSecretVersionIds' }));

  expect(status).toBe(500);
  expect(JSON.parse(body)).toEqual({ __type: 'InternalFailure', message: 'An internal error occurred.' });
});

test('refuses what is not JSON without repeating it', async () => {
  const { status, body } = await send(asked({ body: '{"SecretString":"s3cret' }));

  expect(status).toBe(400);
  expect(JSON.parse(body).__type).toBe('SerializationException');
  expect(body).not.toContain('s3cret');
});

test('refuses an operation and a service that are not emulated', async () => {
  const s3 = asked({
    service: 's3',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'S3.List' },
  });
  const states = asked({
    service: 'states',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AWSStepFunctions.ListStateMachines' },
  });

  expect(await refusal(asked({ target: 'Unknown' }))).toMatchObject({ named: 'UnknownOperationException' });
  expect(await refusal(s3)).toMatchObject({ named: 'UnknownOperationException' });
  expect(await refusal(states)).toMatchObject({ named: 'UnknownOperationException' });
});

const invoke = (name: string, change: Record<string, string> = {}, body = '{"a":1}'): ByHand =>
  asked({
    service: 'lambda',
    path: `/2015-03-31/functions/${name}/invocations`,
    headers: { 'content-type': 'application/json', ...change },
    body,
  });

test('a function is invoked, and its answer comes back', async () => {
  const { status, body } = await send(invoke('rotate', { 'x-amz-log-type': 'Tail' }));

  expect({ status, body }).toEqual({ status: 200, body: '{"got":{"a":1}}' });
  expect(calls).toMatchObject([
    { operation: 'Invoke', input: { FunctionName: 'rotate', LogType: 'Tail', Payload: { a: 1 } } },
  ]);
});

test('an asynchronous invocation is accepted with 202 and no body', async () => {
  const { status, body } = await send(invoke('rotate', { 'x-amz-invocation-type': 'Event' }));

  expect({ status, body }).toEqual({ status: 202, body: '' });
});

test('the error of a function is in a header, with the answer in the body', async () => {
  const { status, headers, body } = await send(invoke('failing'));

  expect(status).toBe(200);
  expect(headers['x-amz-function-error']).toBe('Unhandled');
  expect(JSON.parse(body)).toEqual({ errorType: 'Error' });
});

test('refuses to invoke what is not there, what is not JSON, and any other call of Lambda', async () => {
  const absent = await send(invoke('absent'));
  const garbage = await send(invoke('rotate', {}, '{'));
  const other = await send({ ...invoke('rotate'), path: '/2015-03-31/functions/rotate/concurrency' });

  expect([absent.status, absent.headers['x-amzn-errortype']]).toEqual([404, 'ResourceNotFoundException']);
  expect([garbage.status, garbage.headers['x-amzn-errortype']]).toEqual([400, 'InvalidRequestContentException']);
  expect([other.status, other.headers['x-amzn-errortype']]).toEqual([404, 'UnknownOperationException']);
});

const form = (change: Partial<ByHand> = {}): ByHand =>
  asked({
    service: 'sts',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
    ...change,
  });

test('a caller is told who it is', async () => {
  const { status, body } = await send(form());

  expect(status).toBe(200);
  expect(body).toContain('<Arn>arn:aws:iam::000000000000:user/operator</Arn>');
  expect(body).toContain('<Account>000000000000</Account>');
});

test('what is not XML in an answer is escaped', async () => {
  const { body } = await send(form({ key: running.keys.keyOf('a<b&"c') }));

  expect(body).toContain('<UserId>a&lt;b&amp;&quot;c</UserId>');
});

test.each<[string, () => Partial<ByHand>, string, number]>([
  ['an unknown key', () => ({ key: { ...running.operator, accessKeyId: 'LOCALAAAA' } }), 'InvalidClientTokenId', 403],
  ['a wrong secret', () => ({ key: { ...running.operator, secretAccessKey: 'no' } }), 'SignatureDoesNotMatch', 403],
  ['an action that is not emulated', () => ({ body: 'Action=GetSessionToken' }), 'InvalidAction', 400],
])('refuses %s in XML under the name of the Query protocol', async (_what, change, code, status) => {
  const answer = await send(form(change()));

  expect(answer.status).toBe(status);
  expect(answer.body).toContain(`<Code>${code}</Code>`);
});

test('SDKs read the names of refusals', async () => {
  const now = await runEndpoint();
  const unknown = { ...now.clientOptions, credentials: { accessKeyId: 'LOCALBBBB', secretAccessKey: 'none' } };
  const wrong = { ...now.clientOptions, credentials: { ...now.operator, secretAccessKey: 'none' } };

  const refusals = await Promise.all(
    [
      new SecretsManagerClient(unknown).send(new ListSecretsCommand({})),
      new SNSClient(unknown).send(new ListTopicsCommand({})),
      new SFNClient(wrong).send(new ListStateMachinesCommand({})),
      new SNSClient(wrong).send(new ListTopicsCommand({})),
    ].map((call) => call.catch((error) => [error.name, error.$metadata.httpStatusCode])),
  );
  await now.close();

  expect(refusals).toEqual([
    ['UnrecognizedClientException', 400],
    ['InvalidClientTokenId', 403],
    ['InvalidSignatureException', 400],
    ['SignatureDoesNotMatch', 403],
  ]);
});

test('refuses to listen where others can reach it', async () => {
  const dynamoDb = await openDynamoDb(undefined);
  const open = startEndpoint({
    address: '0.0.0.0',
    port: 0,
    keys: running.keys,
    dynamoDb,
    services: [],
    clock: Date.now,
    checkAccess: async () => undefined,
    arnOf: (name) => name,
  });

  await expect(open).rejects.toThrow('loopback only');
  await dynamoDb.close();
});

test('every call that was answered is told, with its caller, its operation and its size', async () => {
  const told: unknown[] = [];
  const counted = await runEndpoint(
    [service('secretsmanager')],
    () => NOW_MS,
    (call) => void told.push(call),
  );
  await send({ ...asked(), url: counted.endpoint.url, key: counted.operator });
  await counted.close();
  const sizes = { requestBytes: '{"MaxResults":1}'.length, responseBytes: '{"SecretList":[]}'.length };
  expect(told).toEqual([{ caller: 'operator', service: 'secretsmanager', operation: 'ListSecrets', ...sizes }]);
});

test('a whole URL as the target is the path in it, at the host in it', async () => {
  const { status } = await send(asked({ requestTarget: `${running.endpoint.url}/` }));
  const elsewhere = await send(asked({ requestTarget: 'http://rebound.example/' }));

  expect(status).toBe(200);
  expect([elsewhere.status, elsewhere.body]).toEqual([403, 'This endpoint does not go by that Host.\n']);
});
