import { lambda } from './runtime/lambda.ts';
import { equip } from './wiring/dependencies.ts';
import { parseStep, type StepOutput } from './workflow/shared/step.ts';
import { verifyKits } from './workflow/verify-kits.ts';

/** One look at the kits and at the use of the predecessors. */
export const handler = lambda<unknown, StepOutput>((runtime) => {
  const equipment = equip(
    runtime,
    'gateways',
    'kits',
    'uses',
    'proofs',
    'vault',
    'policyCheck',
    'secretsManager',
    'notifyOwner',
  );
  return (event) => verifyKits(equipment, parseStep(event));
});
