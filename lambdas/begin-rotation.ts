import { planAlias } from './domain/names.ts';
import { aliasIn } from './runtime/invoked-alias.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';
import { beginRotation, onlyPlan, type PlanOutput } from './workflow/begin-rotation.ts';
import type { StepOutput } from './workflow/shared/step.ts';

/** The workflow's first state: checks the input, begins the rotation or joins it; a plan only reads, and is all that its alias `plan` takes. */
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
  return (event, { invokedFunctionArn, awsRequestId }) => {
    const needs = { ...dependencies, kitSecrets: kitSecretsTogether() };
    return aliasIn(invokedFunctionArn) === planAlias
      ? onlyPlan(needs, event.input, awsRequestId)
      : beginRotation(needs, event);
  };
});
