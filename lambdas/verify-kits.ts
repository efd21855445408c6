import { lambda } from './runtime/lambda.ts';
import { equip } from './stages/equipment.ts';
import { parseStep, type StepOutput } from './stages/step.ts';
import { verifyKits } from './stages/verify-kits.ts';

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
