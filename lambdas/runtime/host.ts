import { AsyncLocalStorage } from 'node:async_hooks';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { isRotationId } from '../domain/ids.ts';
import type { Log } from '../domain/log-line.ts';
import type { Environment } from './environment.ts';
import { withoutSecrets } from './log.ts';
import { steadyClock } from './steady-clock.ts';
import type { Transport } from './transport.ts';

/** What a function is built from when it starts: its variables, its log, the time (epoch ms), and its way to AWS where that is no network. */
export type Runtime = {
  readonly environment: Environment;
  readonly log: Log;
  readonly now: () => number;
  readonly transport?: Transport | undefined;
};

/** A Lambda handler that can also be hosted in another environment: so one process runs all functions, each as itself. */
export type Hosted<Event, Result> = ((event: Event, context: Context) => Promise<Result>) & {
  in(runtime: Runtime): (event: Event, context: Context) => Promise<Result>;
};

type Build<Event, Result> = (runtime: Runtime) => (event: Event, context: Context) => Promise<Result>;

/** The rotation that a call is about, in a step of the workflow or of Secrets Manager. */
const rotationIn = (event: unknown): string | undefined => {
  const { rotationId, ClientRequestToken, input } = Object(event) as Record<string, unknown>;
  return [rotationId, ClientRequestToken, Object(input).rotationId].find(
    (id): id is string => typeof id === 'string' && isRotationId(id),
  );
};

/**
 * Makes Lambda handlers that write to this log. `build` runs once for each environment, at its first call, and returns what
 * handles each event. No line carries a credential, and each carries the id of its rotation. A failure is logged with its
 * name and message and thrown on unchanged: no middleware here turns it into an answer.
 */
export const lambdasWith =
  (ownLog: Log) =>
  <Event, Result>(build: Build<Event, Result>): Hosted<Event, Result> => {
    const host = (given: Runtime) => {
      const about = new AsyncLocalStorage<string | undefined>();
      const log = withoutSecrets(given.log, () => {
        const rotationId = about.getStore();
        return rotationId === undefined ? {} : { correlation_id: rotationId };
      });
      let handle: ((event: Event, context: Context) => Promise<Result>) | undefined;
      const base = (event: unknown, context: Context): Promise<unknown> => {
        handle ??= build({ ...given, log });
        return handle(event as Event, context);
      };
      const handler = middy<unknown, unknown>({ timeoutEarlyInMillis: 0 })
        .onError(({ error, context }) => {
          log('ERROR', 'The function failed.', {
            function: context.functionName,
            requestId: context.awsRequestId,
            error: error instanceof Error ? { name: error.name, message: error.message } : {},
          });
        })
        .handler(base);
      return (event: Event, context: Context) =>
        about.run(rotationIn(event), () => handler(event, context)) as Promise<Result>;
    };
    return Object.assign(host({ environment: process.env, log: ownLog, now: steadyClock() }), { in: host });
  };
