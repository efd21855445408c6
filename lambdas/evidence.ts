import type { EvidencePart } from './evidence-export/evidence-kits.ts';
import type { EvidenceHead } from './evidence-export/evidence-schema.ts';
import { evidence } from './evidence-export/export-evidence.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';

/** The signed record of one rotation, or a part of its kits, for auditors: it reads, and signs with the evidence key. */
export const handler = lambda<unknown, EvidenceHead | EvidencePart>((runtime) => {
  const dependencies = provide(runtime, 'records', 'proofs', 'uses', 'signer');
  return (event) => evidence(dependencies, event);
});
