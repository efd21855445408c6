import { lambda } from './runtime/lambda.ts';
import { equip } from './stages/equipment.ts';
import { measure } from './stages/measure.ts';
import { type Repair, reconcile } from './stages/reconcile.ts';

/** Makes go on what should go on by itself and does not; called every minute. */
export const handler = lambda<unknown, { repairs: readonly Repair[] }>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'records', 'executions', 'vault', 'policyCheck');
  return async () => {
    const repairs = await reconcile(equipment);
    await measure(equipment, repairs);
    return { repairs };
  };
});
