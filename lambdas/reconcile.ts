import type { Repair } from './reconciler/end-compromised.ts';
import { followPress, pressIn } from './reconciler/follow-press.ts';
import { measure } from './reconciler/measure.ts';
import { reconcile } from './reconciler/reconcile.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';

/** Makes go on what should go on by itself and does not; called every minute, and by a press of the compromise button for what follows it. */
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
  return async (event) => {
    const press = pressIn(event);
    if (press) {
      await followPress(dependencies, press);
      return { repairs: [] };
    }
    const repairs = await reconcile(dependencies);
    await measure(dependencies, repairs);
    return { repairs };
  };
});
