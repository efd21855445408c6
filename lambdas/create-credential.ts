import { lambda } from './runtime/lambda.ts';
import { equip } from './wiring/dependencies.ts';
import { createCredential } from './workflow/create-credential.ts';
import { parseStep, type StepOutput } from './workflow/shared/step.ts';

/** Mints the second credential, proves it accepted and promotes it. */
export const handler = lambda<unknown, StepOutput>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'vault', 'policyCheck', 'uses');
  return (event) => createCredential(equipment, parseStep(event));
});
