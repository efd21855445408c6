import { lambda } from './runtime/lambda.ts';
import { equip } from './wiring/dependencies.ts';
import { confirmRevoked } from './workflow/confirm-revoked.ts';
import { parseStep, type StepOutput } from './workflow/shared/step.ts';

/** Sees the policy check refuse what was revoked, and ends the rotation. */
export const handler = lambda<unknown, StepOutput>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'vault', 'policyCheck');
  return (event) => confirmRevoked(equipment, parseStep(event));
});
