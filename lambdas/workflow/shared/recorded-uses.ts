import type { Gateway } from '../../domain/gateway.ts';
import type { CredentialId } from '../../domain/ids.ts';
import type { Use } from '../../domain/kit.ts';
import { allShards, shardOf, shardsOfUse } from '../../domain/shards.ts';
import type { Dependencies } from '../../ports.ts';
import { boundedMap } from '../../runtime/bounded-map.ts';

type Uses = Pick<Dependencies['uses'], 'ofCredential'>;

/** Every recorded use of a live credential by the sources of a shard, in whatever shard it was recorded. */
export const liveUsesIn = async (uses: Uses, gateway: Gateway, shard: number): Promise<readonly Use[]> => {
  const found: Use[] = [];
  for (const { credentialId } of gateway.live)
    for (const place of shardsOfUse(gateway, shard))
      for await (const use of uses.ofCredential(gateway.gatewayId, credentialId, place))
        if (shardOf(use.kitId ?? '', gateway.shardCount) === shard) found.push(use);
  return found;
};

/** At 15 ms a read, 4 credentials in 1,024 shards take two seconds. */
const readsAtOnce = 32;

/** The last use of each of these credentials by anybody, read in one short pass over every shard. */
export const lastUseOf = async (
  uses: Uses,
  gateway: Gateway,
  credentialIds: readonly CredentialId[],
): Promise<number | undefined> => {
  const reads = allShards(gateway).flatMap((shard) => credentialIds.map((credentialId) => ({ shard, credentialId })));
  const latest = await boundedMap(reads, readsAtOnce, async ({ shard, credentialId }) => {
    let last: number | undefined;
    for await (const use of uses.ofCredential(gateway.gatewayId, credentialId, shard))
      last = Math.max(last ?? 0, use.lastUsedAtMs);
    return last;
  });
  const known = latest.filter((atMs) => atMs !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
};
