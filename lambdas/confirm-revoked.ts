import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';
import { confirmRevoked } from './workflow/confirm-revoked.ts';
import { parseStep, type StepOutput } from './workflow/shared/step.ts';

/** Sees the policy check refuse what was revoked, and ends the rotation. */
export const handler = lambda<unknown, StepOutput>((runtime) => {
  const dependencies = provide(runtime, 'gateways', 'secretVersions', 'policyCheck', 'pingOne');
  return (event) => confirmRevoked(dependencies, parseStep(event));
});
