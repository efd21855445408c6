import type { Gateway } from '../domain/gateway.ts';
import type { CredentialId } from '../domain/ids.ts';
import type { Use } from '../domain/kit.ts';
import { allShards, shardOf, shardsOfUse } from '../domain/shards.ts';
import type { Dependencies } from '../ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';

type Uses = Pick<Dependencies['uses'], 'ofCredential'>;

/**
 * Every recorded use of a live credential by the sources of a shard, in whatever shard it was recorded, page by page: nobody
 * has to hold them all.
 */
export async function* liveUsesIn(uses: Uses, gateway: Gateway, shard: number): AsyncGenerator<Use> {
  for (const { credentialId } of gateway.live)
    for (const place of shardsOfUse(gateway, shard))
      for await (const use of uses.ofCredential(gateway.gatewayId, credentialId, place))
        if (
          use.kitId === undefined && use.areMany
            ? place === shard
            : shardOf(use.kitId ?? '', gateway.shardCount) === shard
        )
          yield use;
}

/** At 15 ms a read, 4 credentials in 1,024 shards take two seconds. */
const readsAtOnce = 32;

/** The last use by anybody of each of these credentials that was used, read in one short pass over every shard. */
export const lastUsesOf = async (
  uses: Uses,
  gateway: Gateway,
  credentialIds: readonly CredentialId[],
): Promise<ReadonlyMap<CredentialId, number>> => {
  const last = new Map<CredentialId, number>();
  const reads = allShards(gateway).flatMap((shard) => credentialIds.map((credentialId) => ({ shard, credentialId })));
  await boundedMap(reads, readsAtOnce, async ({ shard, credentialId }) => {
    for await (const { lastUsedAtMs } of uses.ofCredential(gateway.gatewayId, credentialId, shard))
      last.set(credentialId, Math.max(last.get(credentialId) ?? 0, lastUsedAtMs));
  });
  return last;
};
