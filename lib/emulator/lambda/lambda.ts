import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { AwsError, type AwsService, unknownOperation } from '../wire/service.ts';
import { limit, stopsInPlaces, type Timers } from '../wire/timers.ts';
import { type ConfiguredFunctions, configuredFunctions } from './configured-functions.ts';
import { namedFunction } from './function-name.ts';
import { type LogTail, withLogTail } from './log-tail.ts';
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
  /** The same with an event of plain JSON that is not copied: nobody changes anything in it, the function neither. */
  readonly invokeWithOwn: InvokeLambda;
  /** Functions of others, which are configured here and never run. */
  readonly configured: ConfiguredFunctions;
  stop(): void;
};

export type LambdaOptions = { readonly region: string; readonly accountId: string; readonly timers: Timers };

/** How long AWS waits before it retries a failed asynchronous invocation. */
const eventRetryPausesMs = [60_000, 120_000];
const memoryLimitInMB = '128';
const gone = () => {
  throw new Error('The runtime nodejs24.x has no callbacks: return a promise.');
};
const oneOf = (parameter: string, given: unknown, allowed: readonly string[]): string => {
  const found = allowed.find((one) => one === given);
  if (found !== undefined) return found;
  throw new AwsError('InvalidParameterValueException', `${parameter} must be one of ${allowed.join(', ')}.`);
};

/** Emulates AWS Lambda for functions of this process: Invoke (`Payload` is a JSON value, in and out), timeouts, and retries of Event invocations. */
export const lambdaService = ({ region, accountId, timers }: LambdaOptions): Lambda => {
  const functions = new Map<string, LambdaFunction>();
  const configured = configuredFunctions({ region, accountId }, timers.now);
  const stopped = new AbortController();
  const running = stopsInPlaces();
  const outsideOfCaller = AsyncLocalStorage.snapshot();
  // One instance runs it all. An accessor of each call's context would cost a hidden class for each, which only a full collection frees.
  const logStreamName = `${new Date(timers.now()).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
  const arnOf = (name: string) => `arn:aws:lambda:${region}:${accountId}:function:${name}`;

  /** The function, and the ARN by which it was asked for: with the alias, when one was named. */
  const find = (nameOrArn: string, asked?: string): { name: string; fn: LambdaFunction; invokedArn: string } => {
    const { name, qualifier } = namedFunction(nameOrArn, asked, { region, accountId });
    const fn = functions.get(name);
    const invokedArn = qualifier === undefined ? arnOf(name) : `${arnOf(name)}:${qualifier}`;
    const isThere = qualifier === undefined || qualifier === '$LATEST' || fn?.aliases?.includes(qualifier);
    if (fn !== undefined && isThere) return { name, fn, invokedArn };
    throw new AwsError('ResourceNotFoundException', `Function not found: ${invokedArn}`, 404);
  };

  const run = async (nameOrArn: string, event: unknown, tail?: LogTail): Promise<LambdaOutcome> => {
    const { name, invokedArn, fn } = find(nameOrArn);
    const { handler, timeoutMs } = fn;
    const startedAtMs = timers.now();
    const awsRequestId = randomUUID();
    const context: LambdaContext = {
      awsRequestId,
      functionName: name,
      functionVersion: '$LATEST',
      invokedFunctionArn: invokedArn,
      memoryLimitInMB,
      logGroupName: `/aws/lambda/${name}`,
      logStreamName,
      callbackWaitsForEmptyEventLoop: true,
      done: gone,
      fail: gone,
      succeed: gone,
      getRemainingTimeInMillis: () => Math.max(0, startedAtMs + timeoutMs - timers.now()),
    };
    const logged = { requestId: awsRequestId, memoryMb: memoryLimitInMB, now: timers.now };
    const outcome = await withLogTail(tail, logged, () => {
      const work = timers.track(async () => handler(event ?? null, context)).then(returned, thrown);
      return limit(timers, work, timeoutMs, running.stops);
    });
    return outcome.isTimedOut ? timedOut(timers.now(), awsRequestId, timeoutMs) : outcome.result;
  };

  const runEvent = async (name: string, event: unknown): Promise<void> => {
    for (const pauseMs of [...eventRetryPausesMs, undefined]) {
      const outcome = await run(name, event);
      if (outcome.isOk || pauseMs === undefined) return;
      await timers.sleep(pauseMs, stopped.signal);
    }
  };

  type Invocation = (name: string, payload: unknown, wantsLog: boolean) => Promise<Record<string, unknown>>;
  const invocations: Readonly<Record<string, Invocation>> = {
    DryRun: async () => ({ StatusCode: 204 }),
    Event: async (name, payload) => {
      checkPayload(payload, 'Event');
      outsideOfCaller(() => runEvent(name, payload)).catch((error: unknown) => {
        if (!stopped.signal.aborted) throw error;
      });
      return { StatusCode: 202 };
    },
    RequestResponse: async (name, payload, wantsLog) => {
      checkPayload(payload, 'RequestResponse');
      const tail = wantsLog ? { text: '' } : undefined;
      const outcome = await run(name, payload, tail);
      const answer = {
        StatusCode: 200,
        ExecutedVersion: '$LATEST',
        Payload: JSON.parse(outcome.payload),
        ...(tail ? { LogResult: Buffer.from(tail.text).toString('base64') } : {}),
      };
      return outcome.isOk ? answer : { ...answer, FunctionError: 'Unhandled' };
    },
  };

  return {
    signingName: 'lambda',
    register: (name, fn) => void functions.set(name, fn),
    arnOf,
    invoke: (nameOrArn, event) => run(nameOrArn, JSON.parse(JSON.stringify(event ?? null))),
    invokeWithOwn: (nameOrArn, event) => run(nameOrArn, event),
    configured,
    follow: configured.follow,
    stop: () => {
      stopped.abort(new Error('The local deployment was stopped.'));
      running.stop(stopped.signal.reason);
    },
    call: async (operation, input) => {
      const configure = Object.hasOwn(configured.operations, operation) ? configured.operations[operation] : undefined;
      if (configure) return configure(input);
      if (operation !== 'Invoke' && operation !== 'InvokeFunctionUrl') throw unknownOperation(operation);
      const { FunctionName, Qualifier, InvocationType = 'RequestResponse', LogType = 'None', Payload = {} } = input;
      const type = oneOf('InvocationType', InvocationType, Object.keys(invocations));
      const log = oneOf('LogType', LogType, ['None', 'Tail']);
      const { invokedArn } = find(String(FunctionName), Qualifier === undefined ? undefined : String(Qualifier));
      return invocations[type]?.(invokedArn, Payload, log === 'Tail') ?? {};
    },
  };
};
