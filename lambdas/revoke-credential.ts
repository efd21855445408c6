import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';
import { revokeCredential } from './workflow/revoke-credential.ts';
import { parseStep, type StepOutput } from './workflow/shared/step.ts';

/** Reads the proof again and revokes the predecessors. */
export const handler = lambda<unknown, StepOutput>((runtime) => {
  const deciding = ['gateways', 'kits', 'uses', 'proofs'] as const;
  const told = ['secretVersions', 'kitSecretsTogether', 'kitReach', 'notifyOwner', 'pingOne'] as const;
  const { kitSecretsTogether, ...dependencies } = provide(runtime, ...deciding, ...told);
  return (event) => revokeCredential({ ...dependencies, kitSecrets: kitSecretsTogether() }, parseStep(event));
});
