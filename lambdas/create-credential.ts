import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';
import { createCredential } from './workflow/create-credential.ts';
import { parseStep, type StepOutput } from './workflow/shared/step.ts';

/** Mints the second credential, proves it accepted and promotes it. */
export const handler = lambda<unknown, StepOutput>((runtime) => {
  const dependencies = provide(runtime, 'gateways', 'secretVersions', 'policyCheck', 'pingOne', 'uses');
  return (event) => createCredential(dependencies, parseStep(event));
});
