import { lambda } from './runtime/lambda.ts';
import { equip } from './stages/equipment.ts';
import { evidence } from './stages/evidence.ts';
import type { EvidenceDocument } from './stages/evidence-schema.ts';

/** The signed record of one rotation, for auditors: it reads, and signs with the evidence key. */
export const handler = lambda<unknown, EvidenceDocument>((runtime) => {
  const equipment = equip(runtime, 'records', 'proofs', 'uses', 'signer');
  return (event) => evidence(equipment, event);
});
