import * as z from 'zod';
import { type ChainLink, linkOf } from '../domain/audit-chain.ts';
import { InputRefused } from '../domain/failure.ts';
import type { Gateway, Transition } from '../domain/gateway.ts';
import type { RotationId } from '../domain/ids.ts';
import { inWords, problemsText } from '../domain/in-words.ts';
import type { Use } from '../domain/kit.ts';
import { allShards } from '../domain/shards.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { gatewayId, rotationId } from '../workflow/shared/fields.ts';
import { type EvidencePart, partOf, readKits } from './evidence-kits.ts';
import { distributedAtMsIn, evidenceRecordOf, type RotationFacts, retiredIn } from './evidence-record.ts';
import type { EvidenceHead } from './evidence-schema.ts';
import { digestOf, statementOf } from './evidence-signature.ts';

type Needs = Pick<Dependencies, 'records' | 'proofs' | 'uses' | 'signer'> & ClockAndLog;

const ask = z.strictObject({
  rotationId,
  /** Needed for a rotation that its gateway's record does not remember any more, and for a part. */
  gatewayId: gatewayId.optional(),
  /** One part of the kits, as the record names it. */
  part: z.strictObject({ fromShard: z.int().min(0), toShard: z.int().min(0) }).optional(),
});

/** Lambda answers 6 MB at the most. */
const largestBytes = 5_800_000;

/**
 * The signed record of one rotation, running or ended, which names the parts of its kits; or one of these parts, whose digest
 * is in the record. Throws {@link InputRefused}.
 */
export const evidence = async (needs: Needs, event: unknown): Promise<EvidenceHead | EvidencePart> => {
  const parsed = ask.safeParse(event, inWords);
  if (!parsed.success)
    throw new InputRefused(
      `The input was refused: ${problemsText(parsed.error)} Allowed is {"rotationId": "<id>", "gatewayId"?: "<id>", "part"?: {"fromShard": 0, "toShard": 0}}.`,
    );
  const gateway = await gatewayOf(needs, parsed.data);
  const { rotationId, part } = parsed.data;
  const answer = part
    ? { kits: await partOf(needs, gateway, rotationId, part) }
    : await headOf(needs, gateway, rotationId);
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  if (bytes > largestBytes)
    throw new InputRefused(
      `The answer has ${bytes} bytes and one holds ${largestBytes}: read its parts from the table (AUDIT#… and PROOF#…).`,
    );
  return answer;
};

const headOf = async (needs: Needs, gateway: Gateway, rotationId: RotationId): Promise<EvidenceHead> => {
  const { steps, others } = await entriesOf(needs, gateway, rotationId);
  const kits = await readKits(needs.proofs, gateway.gatewayId, rotationId);
  const record = evidenceRecordOf(
    { gateway, rotationId, steps, others, ...(kits ? { kits } : {}), ...(await usesOf(needs, gateway, steps)) },
    needs.now(),
  );
  const digest = digestOf(record);
  const signed = await needs.signer.sign((keyId) => statementOf(digest, keyId));
  return { record, signature: { digest, algorithm: 'ECDSA_SHA_256' as const, ...signed } };
};

/** The entries of the rotation as the record knew them when it was read, and as links those of others since its first one. */
const entriesOf = async (
  { records }: Needs,
  gateway: Gateway,
  rotationId: RotationId,
): Promise<{ steps: readonly Transition[]; others: readonly ChainLink[] }> => {
  const steps: Transition[] = [];
  const others: ChainLink[] = [];
  for await (const one of records.audit(gateway)) {
    if (one.revision > gateway.revision) break; // written since: the record that was read does not name it
    if (one.rotationId === rotationId) steps.push(one);
    else if (steps.length > 0) others.push(linkOf(one));
  }
  return { steps, others };
};

/** So many fit into the document beside the kits. */
const usesAtMost = 1_000;

/**
 * The latest uses of what is retired since the last distribution, and how many more there are; none of them is held longer
 * than the latest are known. Recorded use is kept for half a year after the last one.
 */
const usesOf = async (
  { uses }: Needs,
  gateway: Gateway,
  steps: readonly Transition[],
): Promise<Pick<RotationFacts, 'uses' | 'moreUses'>> => {
  const sinceMs = distributedAtMsIn(steps);
  if (sinceMs === undefined) return { uses: [], moreUses: 0 };
  let found: Use[] = [];
  let total = 0;
  for (const credentialId of retiredIn(steps))
    for (const shard of allShards(gateway))
      for await (const use of uses.ofCredential(gateway.gatewayId, credentialId, shard)) {
        if (use.lastUsedAtMs < sinceMs) continue;
        total += 1;
        found.push(use);
        if (found.length >= 2 * usesAtMost) found = latestOf(found);
      }
  found = latestOf(found);
  return { uses: found, moreUses: total - found.length };
};

const latestOf = (uses: readonly Use[]): Use[] =>
  uses.toSorted((one, other) => other.lastUsedAtMs - one.lastUsedAtMs).slice(0, usesAtMost);

/** By name, or the one whose record remembers the rotation: a record keeps the running one and the last five. */
const gatewayOf = async (
  { records }: Needs,
  { gatewayId, rotationId }: Pick<z.infer<typeof ask>, 'gatewayId' | 'rotationId'>,
): Promise<Gateway> => {
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
