import { describe, expect, test } from 'vitest';
import { type LambdaContext, type LambdaFunction, lambdaService } from '../../../lib/emulator/lambda/lambda.ts';
import { virtualTimers } from '../../support/virtual-timers.ts';

const caller = { name: 'operator' };
const arn = 'arn:aws:lambda:us-east-1:000000000000:function:fn';

const startLambda = (handler: LambdaFunction['handler']) => {
  const timers = virtualTimers(Date.parse('2026-01-02T03:04:05.678Z'));
  const lambda = lambdaService({ region: 'us-east-1', accountId: '000000000000', timers });
  lambda.register('fn', { handler, timeoutMs: 3000 });
  const invoke = (input: Record<string, unknown>) => lambda.call('Invoke', { FunctionName: 'fn', ...input }, caller);
  return { timers, lambda, invoke };
};

const throwing = (thrown: unknown) => async () => {
  throw thrown;
};

describe('Invoke', () => {
  test('gives the handler a copy, and an empty object for no payload', async () => {
    const given = { a: { b: 1 } };
    const events: unknown[] = [];
    const { invoke, lambda } = startLambda(async (event) => void events.push(event));
    await lambda.invoke('fn', given);
    await invoke({});
    await invoke({ Payload: null });
    expect(events).toEqual([given, {}, null]);
    expect(events[0]).not.toBe(given);
  });

  test.each([
    ['nothing', undefined, null],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['members that JSON cannot carry', { a: undefined, f: () => 1, n: Number.NaN }, { n: null }],
    ['a function', () => 1, null],
  ])('answers %s as JSON does', async (_, result, Payload) => {
    expect(await startLambda(async () => result).invoke({})).toMatchObject({ StatusCode: 200, Payload });
  });

  test('gives the handler the documented context', async () => {
    const contexts: LambdaContext[] = [];
    const { invoke, timers } = startLambda(async (_, context) => {
      contexts.push(context);
      await timers.sleep(1000, new AbortController().signal);
      return context.getRemainingTimeInMillis();
    });
    const invoked = invoke({});
    await timers.advance(1000);
    expect(await invoked).toMatchObject({ Payload: 2000 });
    const [context] = contexts;
    expect(context).toMatchObject({
      functionName: 'fn',
      functionVersion: '$LATEST',
      invokedFunctionArn: arn,
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/fn',
      callbackWaitsForEmptyEventLoop: true,
    });
    expect(context?.awsRequestId).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(context?.logStreamName).toMatch(/^2026\/01\/02\/\[\$LATEST\][0-9a-f]{32}$/);
  });

  test('writes all calls of an instance to one stream, and names it by no accessor, which would make each context a class of its own', async () => {
    const contexts: LambdaContext[] = [];
    const { invoke } = startLambda(async (_, context) => void contexts.push(context));
    await invoke({});
    await invoke({});
    expect(new Set(contexts.map(({ logStreamName }) => logStreamName)).size).toBe(1);
    expect(new Set(contexts.map(({ awsRequestId }) => awsRequestId)).size).toBe(2);
    const members = contexts.flatMap((context) => Object.values(Object.getOwnPropertyDescriptors(context)));
    expect(members.filter(({ get }) => get !== undefined)).toEqual([]);
  });

  const named = Object.assign(new Error('no answer'), {
    name: 'AuthorityUnavailable',
    stack: 'AuthorityUnavailable: no answer\n    at here',
  });
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  test.each([
    [
      'an error by its name',
      throwing(named),
      {
        errorType: 'AuthorityUnavailable',
        errorMessage: 'no answer',
        trace: ['AuthorityUnavailable: no answer', '    at here'],
      },
    ],
    [
      'a result that JSON refuses',
      async () => cyclic,
      expect.objectContaining({ errorType: 'Error', errorMessage: 'Unable to stringify response body' }),
    ],
    [
      'a result that is too large',
      async () => 'x'.repeat(6_291_555),
      {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      },
    ],
  ])('answers %s with FunctionError', async (_, handler, Payload) => {
    expect(await startLambda(handler).invoke({})).toEqual({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      FunctionError: 'Unhandled',
      Payload,
    });
  });

  test('answers Sandbox.Timedout when the timeout has passed', async () => {
    const { invoke, timers } = startLambda(async () => timers.sleep(3001, new AbortController().signal));
    const invoked = invoke({});
    await timers.advance(3000);
    expect(await invoked).toMatchObject({
      FunctionError: 'Unhandled',
      Payload: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(
          /^2026-01-02T03:04:08.678Z [0-9a-f-]{36} Task timed out after 3.00 seconds$/,
        ),
      },
    });
  });

  test('refuses another InvocationType', async () => {
    await expect(startLambda(async () => 1).invoke({ InvocationType: 'Later' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });
});

describe('an Event', () => {
  test('is answered at once and tried again after one and two minutes', async () => {
    const calls: number[] = [];
    const { invoke, timers } = startLambda(async () => {
      calls.push(timers.now());
      throw new Error('always');
    });
    const startMs = timers.now();
    expect(await invoke({ InvocationType: 'Event' })).toEqual({ StatusCode: 202 });
    await timers.advance(3_600_000);
    expect(calls.map((ms) => ms - startMs)).toEqual([0, 60_000, 180_000]);
  });

  test('that succeeds is not repeated', async () => {
    let calls = 0;
    const { invoke, timers } = startLambda(async () => {
      calls += 1;
    });
    await invoke({ InvocationType: 'Event' });
    await timers.advance(3_600_000);
    expect(calls).toBe(1);
  });

  test('is not repeated once the deployment was stopped', async () => {
    let calls = 0;
    const { invoke, timers, lambda } = startLambda(async () => {
      calls += 1;
      throw new Error('always');
    });
    await invoke({ InvocationType: 'Event' });
    await timers.advance(1000);
    lambda.stop();
    await timers.advance(3_600_000);
    expect(calls).toBe(1);
  });
});

test('refuses every other operation', async () => {
  await expect(startLambda(async () => 1).lambda.call('ListFunctions', {}, caller)).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
});
