import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { TemporarilyUnavailable } from '../domain/failure.ts';
import type { GatewayId, RotationId } from '../domain/ids.ts';
import { keys } from '../domain/names.ts';
import type { ShardProof } from '../domain/shard-proof.ts';
import type { Proofs } from '../ports.ts';
import { callDynamoDb, queryItems, wholePartition } from './dynamodb.ts';
import { itemKey } from './item-key.ts';
import { inParts } from './item-parts.ts';

/** The first item of a shard's proof; `more` is how many others hold the rest of its kits. */
type FirstItem = ShardProof & { readonly more?: number };

/**
 * The proofs in a table. One that does not fit into an item has others, whose keys say of which reading they are: so
 * one that is not written to its end, or a longer one of before, is never mixed up with the one that counts.
 */
export const proofsIn = (dynamodb: DynamoDBClient, table: string): Proofs => {
  const put = async (what: string, partition: string, sort: string, value: Record<string, { S: string }>) => {
    const Item = { ...itemKey(partition, sort), ...value };
    await callDynamoDb(what, dynamodb.send(new PutItemCommand({ TableName: table, Item })));
  };
  const read = (what: string, partition: string) => queryItems(dynamodb, what, wholePartition(table, partition));
  return {
    keep: async (gatewayId, rotationId, proof) => {
      const what = `Keeping the proof of gateway ${gatewayId}`;
      const [kits = [], ...others] = inParts(proof.kits);
      for (const [index, part] of others.entries()) // before the first, which says that they are there
        await put(what, proofOf(gatewayId, rotationId), sortOfPart(proof, index), {
          part: { S: JSON.stringify(part) },
        });
      const first: FirstItem = { ...proof, kits, ...(others.length > 0 ? { more: others.length } : {}) };
      await put(what, proofOf(gatewayId, rotationId), sortOf(proof.shard), { proof: { S: JSON.stringify(first) } });
    },
    of: async function* (gatewayId, rotationId, shards) {
      const query = wholePartition(table, proofOf(gatewayId, rotationId));
      const what = `Reading the proof of gateway ${gatewayId}`;
      const found = queryItems(dynamodb, what, shards ? { ...query, ...between(shards, query) } : query);
      let at: { readonly first: FirstItem; readonly kits: ShardProof['kits'][] } | undefined;
      for await (const item of found) {
        if (item.proof?.S) {
          if (at) yield whole(at.first, at.kits);
          at = { first: JSON.parse(item.proof.S) as FirstItem, kits: [] };
        } else if (at && item[keys.sort]?.S === sortOfPart(at.first, at.kits.length))
          at.kits.push(JSON.parse(item.part?.S ?? '[]') as ShardProof['kits']);
      }
      if (at) yield whole(at.first, at.kits);
    },
    keepCovered: async (gatewayId, rotationId, kitsHash, covered) => {
      const what = `Keeping what the force of gateway ${gatewayId} covers`;
      for (const [index, part] of inParts(covered).entries())
        await put(what, coveredOf(gatewayId, rotationId, kitsHash), padded(index), {
          part: { S: JSON.stringify(part) },
        });
    },
    covered: async (gatewayId, rotationId, kitsHash) => {
      const found: string[] = [];
      const items = read(
        `Reading what the force of gateway ${gatewayId} covers`,
        coveredOf(gatewayId, rotationId, kitsHash),
      );
      for await (const item of items) for (const one of JSON.parse(item.part?.S ?? '[]') as string[]) found.push(one);
      return found;
    },
  };
};

const proofOf = (gatewayId: GatewayId, rotationId: RotationId): string => `PROOF#${gatewayId}#${rotationId}`;
const coveredOf = (gatewayId: GatewayId, rotationId: RotationId, kitsHash: string): string =>
  `FORCE#${gatewayId}#${rotationId}#${kitsHash}`;

const padded = (number: number): string => `${number}`.padStart(6, '0');
const sortOf = padded;
/** After the first item of its shard, before that of the next. */
const sortOfPart = ({ shard, revision, atMs }: Omit<ShardProof, 'kits'>, index: number): string =>
  `${sortOf(shard)}#${revision}#${atMs}#${padded(index)}`;

/** The keys of a shard's items begin with its number, and `~` is after all of them. */
const between = (
  { fromShard, toShard }: { readonly fromShard: number; readonly toShard: number },
  { KeyConditionExpression, ExpressionAttributeValues }: ReturnType<typeof wholePartition>,
) => ({
  KeyConditionExpression: `${KeyConditionExpression} AND ${keys.sort} BETWEEN :from AND :to`,
  ExpressionAttributeValues: {
    ...ExpressionAttributeValues,
    ':from': { S: sortOf(fromShard) },
    ':to': { S: `${sortOf(toShard)}~` },
  },
});

const whole = ({ more = 0, ...first }: FirstItem, parts: readonly ShardProof['kits'][]): ShardProof => {
  if (parts.length < more)
    throw new TemporarilyUnavailable(`The proof of shard ${first.shard} has ${parts.length} of ${more} more parts.`);
  return { ...first, kits: [first.kits, ...parts].flat() };
};
