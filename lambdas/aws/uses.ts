import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { CredentialId, GatewayId } from '../domain/ids.ts';
import type { Seen, Use } from '../domain/kit.ts';
import { keys } from '../domain/names.ts';
import type { Uses } from '../ports.ts';
import { callDynamoDb, itemKey, queryItems, wholePartition } from './dynamodb.ts';

/** Use items live this long after the last use (DynamoDB deletes them later still; nothing relies on it). */
const keptSeconds = 180 * 86_400;
/** A probe is read back at once. */
const probeKeptSeconds = 86_400;

const partition = (gatewayId: GatewayId, credentialId: CredentialId, shard: number): string =>
  `USE#${gatewayId}#${credentialId}#${shard}`;
/** Who presented a revoked credential: few, so they are together, and apart from use, whose last time is evidence. */
const refusedPartition = (gatewayId: GatewayId, credentialId: CredentialId): string =>
  `REFUSED#${gatewayId}#${credentialId}`;
/** No address begins with a slash, so no node is taken for one. */
const sourceKey = ({ kitId, node, address }: Source): string =>
  `${kitId ?? ''}#${node === undefined ? address : `/${node}`}`;
type Source = Exclude<Seen['source'], { readonly probe: string }>;
const ofProbes = '!probe#';
const probeKey = (nonceHash: string): string => `${ofProbes}${nonceHash}`;

/** Records a use: one write, first time kept, last time set. Throws what the SDK throws; the policy check decides what that means. */
export const recordUse = async (
  dynamodb: DynamoDBClient,
  table: string,
  seen: Seen,
  nowMs: number,
  signal?: AbortSignal,
): Promise<void> => {
  const { source } = seen;
  const sort = 'probe' in source ? probeKey(source.probe) : sourceKey(source);
  const named = 'probe' in source ? {} : { kitId: source.kitId, node: source.node, address: source.address };
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: table,
      Key: itemKey(
        seen.isRefused
          ? refusedPartition(seen.gatewayId, seen.credentialId)
          : partition(seen.gatewayId, seen.credentialId, seen.shard),
        sort,
      ),
      UpdateExpression: `SET firstUsedAtMs = if_not_exists(firstUsedAtMs, :now), lastUsedAtMs = :now, ${keys.expiresAt} = :expires, seen = :seen`,
      ExpressionAttributeValues: {
        ':now': { N: `${nowMs}` },
        ':expires': { N: `${Math.floor(nowMs / 1000) + ('probe' in source ? probeKeptSeconds : keptSeconds)}` },
        ':seen': { S: JSON.stringify(named) },
      },
    }),
    signal ? { abortSignal: signal } : {},
  );
};

/** The uses in a table. */
export const usesIn = (dynamodb: DynamoDBClient, table: string): Uses => {
  const usesOf = async function* (credentialId: CredentialId, inPartition: string): AsyncGenerator<Use> {
    const query = wholePartition(table, inPartition);
    const items = queryItems(dynamodb, `Reading the use of credential ${credentialId}`, query);
    for await (const item of items) {
      if (item[keys.sort]?.S?.startsWith(ofProbes)) continue;
      const { kitId, node, address } = JSON.parse(item.seen?.S ?? '{}') as Partial<Source>;
      yield {
        credentialId,
        ...(kitId === undefined ? {} : { kitId }),
        ...(node === undefined ? {} : { node }),
        address: address ?? '',
        firstUsedAtMs: Number(item.firstUsedAtMs?.N),
        lastUsedAtMs: Number(item.lastUsedAtMs?.N),
      };
    }
  };
  return {
    ofCredential: (gatewayId, credentialId, shard) => usesOf(credentialId, partition(gatewayId, credentialId, shard)),
    refusals: (gatewayId, credentialId) => usesOf(credentialId, refusedPartition(gatewayId, credentialId)),
    sawProbe: async (gatewayId, credentialId, nonceHash) => {
      const { Item } = await callDynamoDb(
        `Reading the probe of credential ${credentialId}`,
        dynamodb.send(
          new GetItemCommand({
            TableName: table,
            ConsistentRead: true,
            Key: itemKey(partition(gatewayId, credentialId, 0), probeKey(nonceHash)),
          }),
        ),
      );
      return Item !== undefined;
    },
  };
};
