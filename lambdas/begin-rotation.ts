import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';
import { beginRotation, type PlanOutput } from './workflow/begin-rotation.ts';
import type { StepOutput } from './workflow/shared/step.ts';

/** The workflow's first state: checks the input, begins the rotation or joins it; a plan only reads. */
export const handler = lambda<{ executionArn: string; input: unknown }, StepOutput | PlanOutput>((runtime) => {
  const { kitSecretsTogether, ...dependencies } = provide(
    runtime,
    'gateways',
    'kits',
    'uses',
    'secretVersions',
    'kitSecretsTogether',
    'kitReach',
    'pingOne',
  );
  return (event) => beginRotation({ ...dependencies, kitSecrets: kitSecretsTogether() }, event);
});
