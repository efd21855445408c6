import { lambda } from './runtime/lambda.ts';
import { equip } from './stages/equipment.ts';
import { type Repair, reconcile } from './stages/reconcile.ts';

/** Makes go on what should go on by itself and does not; called every minute. */
export const handler = lambda<unknown, { repairs: readonly Repair[] }>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'executions', 'vault', 'policyCheck');
  return async () => ({ repairs: await reconcile(equipment) });
});
