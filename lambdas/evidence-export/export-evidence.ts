import * as z from 'zod';
import { InputRefused } from '../domain/failure.ts';
import type { Gateway, Transition } from '../domain/gateway.ts';
import type { RotationId } from '../domain/ids.ts';
import type { Use } from '../domain/kit.ts';
import type { ShardProof } from '../domain/shard-proof.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { stepInput } from '../workflow/shared/step.ts';
import { evidenceRecordOf, retiredIn } from './evidence-record.ts';
import type { EvidenceDocument } from './evidence-schema.ts';
import { digestOfRecord, statementOf } from './evidence-signature.ts';

type Needs = Pick<Dependencies, 'records' | 'proofs' | 'uses' | 'signer'> & ClockAndLog;

const ask = z.strictObject({
  rotationId: stepInput.shape.rotationId,
  /** Needed for a rotation that its gateway's record does not remember any more. */
  gatewayId: stepInput.shape.gatewayId.optional(),
});

/** Lambda answers 6 MB at the most. */
const largestBytes = 5_800_000;

/** The signed record of one rotation, running or ended. Throws {@link InputRefused}. */
export const evidence = async (needs: Needs, event: unknown): Promise<EvidenceDocument> => {
  const parsed = ask.safeParse(event);
  if (!parsed.success)
    throw new InputRefused(
      `The input was refused: ${z.prettifyError(parsed.error)} Allowed is {"rotationId": "<id>", "gatewayId"?: "<id>"}.`,
    );
  const { rotationId } = parsed.data;
  const gateway = await gatewayOf(needs, parsed.data);
  const steps: Transition[] = [];
  for await (const one of needs.records.audit(gateway)) if (one.rotationId === rotationId) steps.push(one);
  const proofs: ShardProof[] = [];
  for await (const one of needs.proofs.of(gateway.gatewayId, rotationId)) proofs.push(one);
  const record = evidenceRecordOf(
    { gateway, rotationId, steps, proofs, uses: await usesOf(needs, gateway, steps) },
    needs.now(),
  );
  const digest = digestOfRecord(record);
  const signature = { digest, algorithm: 'ECDSA_SHA_256' as const, ...(await needs.signer.sign(statementOf(digest))) };
  const bytes = Buffer.byteLength(JSON.stringify({ record, signature }));
  if (bytes > largestBytes)
    throw new InputRefused(
      `The record has ${bytes} bytes and one answer holds ${largestBytes}: read its parts from the table (AUDIT#… and PROOF#…).`,
    );
  return { record, signature };
};

/** Recorded use is kept for half a year after the last one. */
const usesOf = async ({ uses }: Needs, gateway: Gateway, [begin]: readonly Transition[]): Promise<readonly Use[]> => {
  const found: Use[] = [];
  for (const credentialId of begin ? retiredIn(begin) : [])
    for (let shard = 0; shard < gateway.shardCount; shard++)
      for await (const use of uses.ofCredential(gateway.gatewayId, credentialId, shard)) found.push(use);
  return found;
};

/** By name, or the one whose record remembers the rotation: a record keeps the running one and the last five. */
const gatewayOf = async ({ records }: Needs, { gatewayId, rotationId }: z.infer<typeof ask>): Promise<Gateway> => {
  const remembers = ({ rotation, ended }: Gateway, id: RotationId): boolean =>
    [rotation, ...ended].some((one) => one?.rotationId === id);
  const found = gatewayId
    ? await records.read(gatewayId)
    : (await records.all()).find((one) => remembers(one, rotationId));
  if (found) return found;
  throw new InputRefused(
    gatewayId
      ? `Gateway ${gatewayId} is not registered.`
      : `No gateway remembers rotation ${rotationId} among its last ones: name its gateway as well.`,
  );
};
