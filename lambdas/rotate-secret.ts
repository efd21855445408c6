import { setTimeout as pause } from 'node:timers/promises';
import { lambda } from './runtime/lambda.ts';
import { equip } from './stages/equipment.ts';
import { rotateSecret } from './stages/rotate-secret.ts';

/** The rotation function of the gateways' secrets: Secrets Manager calls it once for each step. */
export const handler = lambda<unknown, void>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'vault', 'policyCheck', 'executions', 'secrets');
  return (event) => rotateSecret({ ...equipment, pause }, event);
});
