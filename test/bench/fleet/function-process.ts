import type { Context } from 'aws-lambda';
import type { Environment } from '../../../lambdas/runtime/environment.ts';
import type { Hosted } from '../../../lambdas/runtime/host.ts';
import { serveParent } from '../child.ts';

type Invocation = { readonly event: unknown; readonly context: Context; readonly nowMs: number };

/** Runs one function of the deployment in this process: by the clock of the bench, and in silence. */
const [entry = ''] = process.argv.slice(2);
const { handler } = (await import(entry)) as { readonly handler: Hosted<unknown, unknown> };
let aheadMs = 0;
const now = (): number => Math.floor(performance.now() + aheadMs);
let run: ReturnType<typeof handler.in> | undefined;
serveParent(async (message) => {
  if (message.environment) {
    run = handler.in({ environment: message.environment as Environment, log: () => undefined, now });
    return undefined;
  }
  const invocation = message as unknown as Invocation;
  aheadMs = Math.max(aheadMs, invocation.nowMs - performance.now());
  return run?.(invocation.event, invocation.context);
});
