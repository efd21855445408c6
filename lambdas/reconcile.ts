import { measure } from './reconciler/measure.ts';
import { type Repair, reconcile } from './reconciler/reconcile.ts';
import { lambda } from './runtime/lambda.ts';
import { equip } from './wiring/dependencies.ts';

/** Makes go on what should go on by itself and does not; called every minute. */
export const handler = lambda<unknown, { repairs: readonly Repair[] }>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'records', 'executions', 'vault', 'policyCheck');
  return async () => {
    const repairs = await reconcile(equipment);
    await measure(equipment, repairs);
    return { repairs };
  };
});
