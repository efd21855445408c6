import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Environment } from './environment.ts';
import { type Log, logToConsole } from './log.ts';

/** What a function is built from when it starts: its variables, its log, and the time (epoch ms). */
export type Runtime = { readonly environment: Environment; readonly log: Log; readonly now: () => number };

/** A Lambda handler that can also be hosted in another environment: so one process runs all functions, each as itself. */
export type Hosted<Event, Result> = ((event: Event, context: Context) => Promise<Result>) & {
  in(runtime: Runtime): (event: Event, context: Context) => Promise<Result>;
};

/**
 * Makes a Lambda handler. `build` runs once for each environment, at its first call, and returns what handles each event.
 * A failure is logged with its name and message and thrown on unchanged: no middleware here turns it into an answer.
 */
export const lambda = <Event, Result>(
  build: (runtime: Runtime) => (event: Event, context: Context) => Promise<Result>,
): Hosted<Event, Result> => {
  const host = (runtime: Runtime) => {
    let handle: ((event: Event, context: Context) => Promise<Result>) | undefined;
    const base = (event: unknown, context: Context): Promise<unknown> => {
      handle ??= build(runtime);
      return handle(event as Event, context);
    };
    const handler = middy<unknown, unknown>({ timeoutEarlyInMillis: 0 })
      .onError(({ error, context }) => {
        runtime.log('ERROR', 'The function failed.', {
          function: context.functionName,
          requestId: context.awsRequestId,
          error: error instanceof Error ? { name: error.name, message: error.message } : {},
        });
      })
      .handler(base);
    return (event: Event, context: Context) => handler(event, context) as Promise<Result>;
  };
  return Object.assign(host({ environment: process.env, log: logToConsole, now: Date.now }), { in: host });
};
