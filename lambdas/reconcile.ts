import type { Repair } from './reconciler/end-compromised.ts';
import { measure } from './reconciler/measure.ts';
import { reconcile } from './reconciler/reconcile.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';

/** Makes go on what should go on by itself and does not; called every minute. */
export const handler = lambda<unknown, { repairs: readonly Repair[] }>((runtime) => {
  const dependencies = provide(
    runtime,
    'gateways',
    'records',
    'executions',
    'secretVersions',
    'policyCheck',
    'pingOne',
    'uses',
    'kits',
    'notifyOwner',
    'kitSecrets',
    'ownKeys',
  );
  return async () => {
    const repairs = await reconcile(dependencies);
    await measure(dependencies, repairs);
    return { repairs };
  };
});
