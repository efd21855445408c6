import { lambda } from './runtime/lambda.ts';
import { createCredential } from './stages/create-credential.ts';
import { equip } from './stages/equipment.ts';
import { parseStep, type StepOutput } from './stages/step.ts';

/** Mints the second credential, proves it accepted and promotes it. */
export const handler = lambda<unknown, StepOutput>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'vault', 'policyCheck', 'uses');
  return (event) => createCredential(equipment, parseStep(event));
});
