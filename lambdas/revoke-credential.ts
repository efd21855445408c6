import { lambda } from './runtime/lambda.ts';
import { equip } from './stages/equipment.ts';
import { revokeCredential } from './stages/revoke-credential.ts';
import { parseStep, type StepOutput } from './stages/step.ts';

/** Reads the proof again and revokes the predecessors. */
export const handler = lambda<unknown, StepOutput>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'kits', 'uses', 'proofs');
  return (event) => revokeCredential(equipment, parseStep(event));
});
