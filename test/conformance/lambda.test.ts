import { InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Lambda, lambdaService } from '../../lib/emulator/lambda/lambda.ts';
import { systemTimers } from '../../lib/emulator/wire/timers.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { contractOf } from './contract.ts';

// Asked of this machine alone: without containers, no other implementation runs functions.

const named = Object.assign(new Error('no answer'), { name: 'AuthorityUnavailable', stack: 'at test' });
const handlers: Record<string, (event: unknown) => Promise<unknown>> = {
  Echo: async (event) => ({ got: event }),
  Nothing: async () => undefined,
  Text: async () => 'text',
  Fail: async () => Promise.reject(named),
  FailWithText: async () => Promise.reject('no'),
};
const functions = (): Lambda => {
  const lambda = lambdaService({ region: 'us-east-1', accountId: '000000000000', timers: systemTimers });
  for (const [name, handler] of Object.entries(handlers)) lambda.register(name, { handler, timeoutMs: 3000 });
  return lambda;
};
const { clause, clientOptions } = contractOf('lambda', () => runEndpoint([functions()]));

let client: LambdaClient;
beforeAll(() => {
  client = new LambdaClient(clientOptions());
});
afterAll(() => client.destroy());

const invoke = async (FunctionName: string, payload?: unknown, more: Partial<InvokeCommandInput> = {}) => {
  const Payload = payload === undefined ? {} : { Payload: JSON.stringify(payload) };
  const answer = await client.send(new InvokeCommand({ FunctionName, ...Payload, ...more }));
  const text = Buffer.from(answer.Payload ?? []).toString();
  return {
    StatusCode: answer.StatusCode,
    ...(answer.FunctionError ? { FunctionError: answer.FunctionError } : {}),
    ...(text === '' ? {} : { payload: JSON.parse(text) as unknown }),
  };
};

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:Echo';
for (const name of ['Echo', arn, '000000000000:function:Echo', 'function:Echo', 'Echo:$LATEST', `${arn}:$LATEST`])
  clause(`finds a function as ${name}`, async () => {
    expect(await invoke(name, { a: 1 })).toEqual({ StatusCode: 200, payload: { got: { a: 1 } } });
  });

clause('an invocation without a payload gives an empty object, and null is null', async () => {
  expect(await invoke('Echo')).toMatchObject({ payload: { got: {} } });
  expect(await invoke('Echo', null)).toMatchObject({ payload: { got: null } });
});

clause('what a function answers is JSON, and nothing is null', async () => {
  expect(await invoke('Text')).toEqual({ StatusCode: 200, payload: 'text' });
  expect(await invoke('Nothing')).toEqual({ StatusCode: 200, payload: null });
});

clause('a failed function is answered with 200, FunctionError and the name of its error', async () => {
  expect(await invoke('Fail')).toEqual({
    StatusCode: 200,
    FunctionError: 'Unhandled',
    payload: { errorType: 'AuthorityUnavailable', errorMessage: 'no answer', trace: ['at test'] },
  });
  expect(await invoke('FailWithText')).toMatchObject({
    FunctionError: 'Unhandled',
    payload: { errorType: 'string', errorMessage: 'no' },
  });
});

clause('an Event is answered with 202 and no payload, whatever becomes of it', async () => {
  expect(await invoke('Echo', {}, { InvocationType: 'Event' })).toEqual({ StatusCode: 202 });
});

clause('a DryRun is answered with 204 and runs nothing', async () => {
  expect(await invoke('Fail', {}, { InvocationType: 'DryRun' })).toEqual({ StatusCode: 204 });
});

clause('refuses a function that is not there with HTTP 404', async () => {
  await expect(invoke('none')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:none',
    $metadata: { httpStatusCode: 404 },
  });
});

clause('refuses a payload that is not JSON', async () => {
  await expect(invoke('Echo', undefined, { Payload: '{' })).rejects.toMatchObject({
    name: 'InvalidRequestContentException',
    $metadata: { httpStatusCode: 400 },
  });
});

clause('refuses a payload of more than 6 MB, and an event of more than 1 MB, with HTTP 413', async () => {
  const tooLarge = { name: 'RequestEntityTooLargeException', $metadata: { httpStatusCode: 413 } };
  await expect(invoke('Echo', 'x'.repeat(6_291_455))).rejects.toMatchObject(tooLarge);
  const event = { InvocationType: 'Event' as const };
  await expect(invoke('Echo', 'x'.repeat(1_048_575), event)).rejects.toMatchObject(tooLarge);
});
