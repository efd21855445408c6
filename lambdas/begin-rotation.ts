import { lambda } from './runtime/lambda.ts';
import { beginRotation, type PlanOutput } from './stages/begin-rotation.ts';
import { equip } from './stages/equipment.ts';
import type { StepOutput } from './stages/step.ts';

/** The workflow's first state: checks the input, begins the rotation or joins it; a plan only reads. */
export const handler = lambda<{ executionArn: string; input: unknown }, StepOutput | PlanOutput>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'kits', 'uses', 'vault', 'secretsManager');
  return (event) => beginRotation(equipment, event);
});
