import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readAudit, writeAudit } from '../../lambdas/aws/audit.ts';
import { readGateway } from '../../lambdas/aws/gateway-item.ts';
import { replaceRecord, storedItem } from '../../lambdas/aws/replace-record.ts';
import { itemCallsOf } from '../../lambdas/aws/sdk-item-calls.ts';
import type { By } from '../../lambdas/domain/decision.ts';
import { digestOf } from '../../lambdas/domain/digest.ts';
import type { Gateway, Transition } from '../../lambdas/domain/gateway.ts';
import type { CredentialId, GatewayId } from '../../lambdas/domain/ids.ts';
import { missingSince, missingText } from '../../lambdas/domain/restore-gaps.ts';
import { type KeptVersion, restored } from '../../lambdas/domain/restore-record.ts';
import type { PresentRecord } from '../../lambdas/domain/restore-refusals.ts';
import { liveLabel } from '../../lambdas/domain/secret-text.ts';
import type { SecretVersions } from '../../lambdas/ports.ts';
import { presentRecordIn } from './present-record.ts';

/** Where the backup was restored to, and where the gateways live. */
export type RestoreNeeds = {
  readonly dynamodb: DynamoDBClient;
  /** The table that DynamoDB has restored: it is only read. */
  readonly backupTable: string;
  /** The table that the policy check reads; its audit goes on to the last transition. */
  readonly table: string;
  readonly secretVersions: SecretVersions;
  /** Transitions from elsewhere, such as the log group of events, for an audit that was damaged as well. */
  readonly events: readonly Transition[];
  /** Whether the named person goes on although entries may be missing. */
  readonly acceptsMissing: boolean;
  readonly nowMs: number;
};

/** What became of one gateway. */
export type Restored =
  | { readonly result: 'RESTORED'; readonly gateway: Gateway }
  /** Nothing was written: what is not known may have revoked a credential. */
  | { readonly result: 'ENTRIES_MISSING'; readonly missing: readonly string[] }
  | { readonly result: 'NOT_IN_BACKUP' | 'CHANGED_MEANWHILE' };

/**
 * Writes the backup of one gateway over its record, brought up to the audit, to what the record that is there refuses, and to its
 * secret first: so the policy check never sees a record in which a revoked credential is live. Refuses while entries of the audit
 * may be missing, unless that is accepted; copies the audit lacks and events have are put back. Run again after `CHANGED_MEANWHILE`.
 * Throws when a table or the secret cannot be read.
 */
export const restoreGateway = async (needs: RestoreNeeds, gatewayId: GatewayId, by: By): Promise<Restored> => {
  const { dynamodb, backupTable, table, secretVersions, nowMs } = needs;
  const backup = await readGateway(itemCallsOf(dynamodb), backupTable, gatewayId);
  if (!backup) return { result: 'NOT_IN_BACKUP' };
  const stored = await storedItem(dynamodb, table, gatewayId);
  const present = stored && presentRecordIn(stored.text);
  const { audit, uncopied } = await auditOf(needs, backup, present);
  const later = audit.filter(({ revision }) => revision > backup.revision);
  const lastEntryDigest = present?.lastEntryDigest ?? stored?.lastEntryDigest;
  const mayBeMissing = missingSince(backup, later, stored && { revision: stored.revision, lastEntryDigest });
  if (mayBeMissing.length > 0 && !needs.acceptsMissing)
    return { result: 'ENTRIES_MISSING', missing: mayBeMissing.map((gap) => missingText(gap, audit)) };
  const { labels } = await secretVersions.describe(backup.secretArn);
  const currentVersionId = versionWith(labels, 'AWSCURRENT') ?? backup.currentVersionId;
  const kept = await keptVersions(secretVersions, backup, labels);
  const since = { audit, present, kept, currentVersionId, revision: stored?.revision ?? 0, mayBeMissing };
  const gateway = restored(backup, since, by, nowMs);
  await writeAudit(dynamodb, table, gatewayId, uncopied);
  const isSaved = await replaceRecord(dynamodb, table, gateway, stored?.revision);
  return isSaved ? { result: 'RESTORED', gateway } : { result: 'CHANGED_MEANWHILE' };
};

/** All sources together, each revision once: the audit itself comes first, then its copies. `uncopied` are those that only the copies have. */
const auditOf = async (
  { dynamodb, table, events }: RestoreNeeds,
  { gatewayId, revision, outbox }: Gateway,
  present: PresentRecord | undefined,
): Promise<{ readonly audit: readonly Transition[]; readonly uncopied: readonly Transition[] }> => {
  const found = new Map<number, Transition>();
  for await (const one of readAudit(dynamodb, table, gatewayId, revision)) found.set(one.revision, one);
  const copies = [...outbox, ...events, ...(present?.outbox ?? [])].filter((one) => !found.has(one.revision));
  const uncopied = [...new Map(copies.toReversed().map((one) => [one.revision, one])).values()];
  for (const one of uncopied) found.set(one.revision, one);
  return { audit: [...found.values()].toSorted((one, other) => one.revision - other.revision), uncopied };
};

type Labels = ReadonlyMap<string, readonly string[]>;

const versionWith = (labels: Labels, label: string): string | undefined =>
  [...labels].find(([, held]) => held.includes(label))?.[0];

/** The versions that carry the label of a credential the backup does not know; the value does not leave this function. */
const keptVersions = async (
  secretVersions: SecretVersions,
  backup: Gateway,
  labels: Labels,
): Promise<readonly KeptVersion[]> => {
  const known = new Set(backup.live.map(({ credentialId }) => liveLabel(credentialId)));
  const unknown = [...labels].filter(([, held]) =>
    held.some((label) => label.startsWith(liveLabel('' as CredentialId)) && !known.has(label)),
  );
  const read = await Promise.all(unknown.map(([versionId]) => secretVersions.readVersion(backup.secretArn, versionId)));
  return read.flatMap((stored) =>
    stored ? [{ credentialId: stored.credentialId, versionId: stored.versionId, digest: digestOf(stored.value) }] : [],
  );
};
