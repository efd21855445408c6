import type { GatewayId, RotationId } from '../domain/ids.ts';
import type { Dependencies } from '../ports.ts';
import { type KitsRead, kitsOf } from './evidence-record.ts';
import type { EvidenceKit, EvidenceRecord } from './evidence-schema.ts';
import { digestOf } from './evidence-signature.ts';

type Proofs = Pick<Dependencies['proofs'], 'of'>;
type Part = NonNullable<EvidenceRecord['kits']>['parts'][number];

/** What the function answers when it is asked for one part. */
export type EvidencePart = { readonly kits: readonly EvidenceKit[] };

/** A part holds whole shards, and ends with the one that brings it to so many bytes: with it an answer is not too large. */
const partBytes = 2_000_000;
const lateNamedAtMost = 100;

/**
 * Reads what was kept of every kit, shard by shard, and holds one part at a time: its digest stands for it in the record.
 * `undefined` when nothing was kept.
 */
export const readKits = async (
  proofs: Proofs,
  gatewayId: GatewayId,
  rotationId: RotationId,
): Promise<KitsRead | undefined> => {
  const [parts, late]: [Part[], { kitId: string; code: string }[]] = [[], []];
  let [readAtMs, revision, count, withEvidence, fromShard, bytes] = [0, 0, 0, 0, 0, 0];
  let part: EvidenceKit[] = [];
  const endPart = (toShard: number): void => {
    parts.push({ fromShard, toShard, kits: part.length, digest: digestOf(part) });
    [part, bytes] = [[], 0];
  };
  let lastShard: number | undefined;
  for await (const proof of proofs.of(gatewayId, rotationId)) {
    if (bytes >= partBytes && lastShard !== undefined) endPart(lastShard);
    if (part.length === 0) fromShard = proof.shard;
    const kits = kitsOf(proof);
    for (const kit of kits) {
      part.push(kit);
      if (kit.late === undefined) withEvidence += 1;
      else if (late.length < lateNamedAtMost) late.push({ kitId: kit.kitId, code: kit.late });
    }
    bytes += Buffer.byteLength(JSON.stringify(kits));
    count += kits.length;
    readAtMs = Math.max(readAtMs, proof.atMs);
    revision = Math.max(revision, proof.revision);
    lastShard = proof.shard;
  }
  if (lastShard === undefined) return undefined;
  endPart(lastShard);
  return { summary: { readAt: new Date(readAtMs).toISOString(), revision, count, withEvidence, parts }, late };
};

/** The kits of one part. */
export const partOf = async (
  proofs: { readonly proofs: Proofs },
  { gatewayId }: { readonly gatewayId: GatewayId },
  rotationId: RotationId,
  shards: Pick<Part, 'fromShard' | 'toShard'>,
): Promise<readonly EvidenceKit[]> => {
  const kits: EvidenceKit[] = [];
  for await (const proof of proofs.proofs.of(gatewayId, rotationId, shards)) kits.push(...kitsOf(proof));
  return kits;
};
