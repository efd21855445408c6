import { lambda } from './runtime/lambda.ts';
import { beginRotation } from './stages/begin-rotation.ts';
import { equip } from './stages/equipment.ts';
import type { StepOutput } from './stages/step.ts';

/** The workflow's first state: checks the input, begins the rotation or joins it. */
export const handler = lambda<{ executionArn: string; input: unknown }, StepOutput>((runtime) => {
  const equipment = equip(runtime, 'gateways');
  return (event) => beginRotation(equipment, event);
});
