import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';
import { parseStep, type StepOutput } from './workflow/shared/step.ts';
import { verifyKits } from './workflow/verify-kits.ts';

/** One look at the kits and at the use of the predecessors. */
export const handler = lambda<unknown, StepOutput>((runtime) => {
  const { kitSecretsTogether, ...dependencies } = provide(
    runtime,
    'gateways',
    'kits',
    'uses',
    'proofs',
    'secretVersions',
    'policyCheck',
    'pingOne',
    'kitSecretsTogether',
    'kitReach',
    'notifyOwner',
  );
  return (event) => verifyKits({ ...dependencies, kitSecrets: kitSecretsTogether() }, parseStep(event));
});
