import { lambda } from './runtime/lambda.ts';
import { confirmRevoked } from './stages/confirm-revoked.ts';
import { equip } from './stages/equipment.ts';
import { parseStep, type StepOutput } from './stages/step.ts';

/** Sees the policy check refuse what was revoked, and ends the rotation. */
export const handler = lambda<unknown, StepOutput>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'vault', 'policyCheck');
  return (event) => confirmRevoked(equipment, parseStep(event));
});
