import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { AwsError, type AwsService, unknownOperation } from '../wire/service.ts';
import { limit, type Timers } from '../wire/timers.ts';
import { checkPayload, type LambdaOutcome, returned, thrown, timedOut } from './outcome.ts';

/** The context object. Its type still has the callbacks of old runtimes; as in nodejs24.x, they are gone and throw. */
export type LambdaContext = Context;

/** One function: it runs in this process; `timeoutMs` is its configured timeout, and each alias names the one version that there is. */
export type LambdaFunction = {
  readonly aliases?: readonly string[];
  readonly handler: (event: unknown, context: LambdaContext) => Promise<unknown>;
  readonly timeoutMs: number;
};

/** Invokes a function by name, ARN or partial ARN and waits. Throws AwsError ResourceNotFoundException for an unknown one. */
export type InvokeLambda = (nameOrArn: string, event: unknown) => Promise<LambdaOutcome>;

/** Emulated AWS Lambda: `register` before the first call; `stop` gives up waiting and retrying, as a killed process would. */
export type Lambda = AwsService & {
  register(name: string, fn: LambdaFunction): void;
  arnOf(name: string): string;
  readonly invoke: InvokeLambda;
  stop(): void;
};

export type LambdaOptions = { readonly region: string; readonly accountId: string; readonly timers: Timers };

/** How long AWS waits before it retries a failed asynchronous invocation. */
const eventRetryPausesMs = [60_000, 120_000];
const memoryLimitInMB = '128';
const gone = () => {
  throw new Error('The runtime nodejs24.x has no callbacks: return a promise.');
};
const functionNames =
  /^(?:(?:arn:aws:lambda:[a-z0-9-]+:)?(?:\d{12}:)?function:|\d{12}:)?([\w-]{1,64})(?::(\$LATEST|[\w-]{1,128}))?$/;

/** Emulates AWS Lambda for functions of this process: Invoke (`Payload` is a JSON value, in and out), timeouts, and retries of Event invocations. */
export const lambdaService = ({ region, accountId, timers }: LambdaOptions): Lambda => {
  const functions = new Map<string, LambdaFunction>();
  const stopped = new AbortController();
  const outsideOfCaller = AsyncLocalStorage.snapshot();
  const arnOf = (name: string) => `arn:aws:lambda:${region}:${accountId}:function:${name}`;

  /** The function, and the ARN by which it was asked for: with the alias, when one was named. */
  const find = (nameOrArn: string): { name: string; fn: LambdaFunction; invokedArn: string } => {
    const [, name, qualifier] = functionNames.exec(nameOrArn) ?? [];
    const fn = name === undefined ? undefined : functions.get(name);
    const isThere = qualifier === undefined || qualifier === '$LATEST' || fn?.aliases?.includes(qualifier);
    if (name !== undefined && fn !== undefined && isThere)
      return { name, fn, invokedArn: qualifier === undefined ? arnOf(name) : `${arnOf(name)}:${qualifier}` };
    throw new AwsError('ResourceNotFoundException', `Function not found: ${arnOf(name ?? nameOrArn)}`, 404);
  };

  const run = async (nameOrArn: string, event: unknown): Promise<LambdaOutcome> => {
    const { name, invokedArn, fn } = find(nameOrArn);
    const { handler, timeoutMs } = fn;
    const input = JSON.parse(JSON.stringify(event ?? null));
    const startedAtMs = timers.now();
    const awsRequestId = randomUUID();
    const context: LambdaContext = {
      awsRequestId,
      functionName: name,
      functionVersion: '$LATEST',
      invokedFunctionArn: invokedArn,
      memoryLimitInMB,
      logGroupName: `/aws/lambda/${name}`,
      logStreamName: `${new Date(startedAtMs).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${awsRequestId.replaceAll('-', '')}`,
      callbackWaitsForEmptyEventLoop: true,
      done: gone,
      fail: gone,
      succeed: gone,
      getRemainingTimeInMillis: () => Math.max(0, startedAtMs + timeoutMs - timers.now()),
    };
    const work = timers.track(async () => handler(input, context)).then(returned, thrown);
    const outcome = await limit(timers, work, timeoutMs, stopped.signal);
    return outcome.isTimedOut ? timedOut(timers.now(), awsRequestId, timeoutMs) : outcome.result;
  };

  const runEvent = async (name: string, event: unknown): Promise<void> => {
    for (const pauseMs of [...eventRetryPausesMs, undefined]) {
      const outcome = await run(name, event);
      if (outcome.isOk || pauseMs === undefined) return;
      await timers.sleep(pauseMs, stopped.signal);
    }
  };

  const invocations: Record<string, (name: string, payload: unknown) => Promise<Record<string, unknown>>> = {
    DryRun: async () => ({ StatusCode: 204 }),
    Event: async (name, payload) => {
      checkPayload(payload, 'Event');
      outsideOfCaller(() => runEvent(name, payload)).catch((error: unknown) => {
        if (!stopped.signal.aborted) throw error;
      });
      return { StatusCode: 202 };
    },
    RequestResponse: async (name, payload) => {
      checkPayload(payload, 'RequestResponse');
      const outcome = await run(name, payload);
      const answer = { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: JSON.parse(outcome.payload) };
      return outcome.isOk ? answer : { ...answer, FunctionError: 'Unhandled' };
    },
  };

  return {
    signingName: 'lambda',
    register: (name, fn) => void functions.set(name, fn),
    arnOf,
    invoke: run,
    stop: () => stopped.abort(new Error('The local deployment was stopped.')),
    call: async (operation, input) => {
      if (operation !== 'Invoke' && operation !== 'InvokeFunctionUrl') throw unknownOperation(operation);
      const { invokedArn } = find(String(input.FunctionName));
      const type = String(input.InvocationType ?? 'RequestResponse');
      const invocation = invocations[type];
      if (invocation !== undefined) return invocation(invokedArn, input.Payload === undefined ? {} : input.Payload);
      throw new AwsError(
        'InvalidParameterValueException',
        `Unsupported InvocationType ${type}: allowed are ${Object.keys(invocations).join(', ')}.`,
      );
    },
  };
};
