import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readAudit } from '../../lambdas/aws/audit.ts';
import { readGateway } from '../../lambdas/aws/gateway-item.ts';
import { replaceRecord, storedRevision } from '../../lambdas/aws/replace-record.ts';
import type { By } from '../../lambdas/domain/decision.ts';
import { digestOf } from '../../lambdas/domain/digest.ts';
import type { Gateway, Transition } from '../../lambdas/domain/gateway.ts';
import type { CredentialId, GatewayId } from '../../lambdas/domain/ids.ts';
import { type KeptVersion, restored } from '../../lambdas/domain/restore-record.ts';
import { liveLabel } from '../../lambdas/domain/secret-text.ts';
import type { SecretVersions } from '../../lambdas/ports.ts';

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
  readonly nowMs: number;
};

/** What became of one gateway. */
export type Restored =
  | { readonly result: 'RESTORED'; readonly gateway: Gateway }
  | { readonly result: 'NOT_IN_BACKUP' | 'CHANGED_MEANWHILE' };

/**
 * Writes the backup of one gateway over its record, brought up to the audit and to its secret first: so the policy check never
 * sees a record in which a revoked credential is live. Run again after `CHANGED_MEANWHILE`. Throws when a table or the secret cannot be read.
 */
export const restoreGateway = async (needs: RestoreNeeds, gatewayId: GatewayId, by: By): Promise<Restored> => {
  const { dynamodb, backupTable, table, secretVersions, nowMs } = needs;
  const backup = await readGateway(dynamodb, backupTable, gatewayId);
  if (!backup) return { result: 'NOT_IN_BACKUP' };
  const stored = await storedRevision(dynamodb, table, gatewayId);
  const audit = await auditOf(needs, backup);
  const { labels } = await secretVersions.describe(backup.secretArn);
  const currentVersionId = versionWith(labels, 'AWSCURRENT') ?? backup.currentVersionId;
  const kept = await keptVersions(secretVersions, backup, labels);
  const gateway = restored(backup, { audit, kept, currentVersionId, revision: stored ?? 0 }, by, nowMs);
  const isSaved = await replaceRecord(dynamodb, table, gateway, stored);
  return isSaved ? { result: 'RESTORED', gateway } : { result: 'CHANGED_MEANWHILE' };
};

/** Both sources together, each revision once. */
const auditOf = async (
  { dynamodb, table, events }: RestoreNeeds,
  { gatewayId, revision }: Gateway,
): Promise<readonly Transition[]> => {
  const found = new Map(events.map((one) => [one.revision, one]));
  for await (const one of readAudit(dynamodb, table, gatewayId, revision)) found.set(one.revision, one);
  return [...found.values()].toSorted((one, other) => one.revision - other.revision);
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
