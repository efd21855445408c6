import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';
import { revokeCredential } from './workflow/revoke-credential.ts';
import { parseStep, type StepOutput } from './workflow/shared/step.ts';

/** Reads the proof again and revokes the predecessors. */
export const handler = lambda<unknown, StepOutput>((runtime) => {
  const dependencies = provide(runtime, 'gateways', 'kits', 'uses', 'proofs');
  return (event) => revokeCredential(dependencies, parseStep(event));
});
