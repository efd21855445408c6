import { expectedIn } from '../../lambdas/domain/expected.ts';
import type { Gateway, Transition } from '../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import type { Kit, Use } from '../../lambdas/domain/kit.ts';
import { judgeKit, type KitVerdict } from '../../lambdas/domain/kit-verdict.ts';
import { allShards } from '../../lambdas/domain/shards.ts';
import type { Gateways, Kits, Uses } from '../../lambdas/ports.ts';

/** What may be read to show a gateway: the same stores that the functions use, with the operator's key. */
export type Stores = {
  readonly gateways: Gateways;
  readonly kits: Kits;
  readonly uses: Uses;
  readonly audit: (gatewayId: GatewayId, fromRevision: number) => AsyncGenerator<Transition>;
  readonly now: () => number;
};

/** A gateway with its kits and what is known of each, as of one moment. */
export type Snapshot = {
  readonly gateway: Gateway;
  readonly kits: readonly { readonly kit: Kit; readonly verdict: KitVerdict }[];
};

/** Reads a gateway, its kits and their use; `undefined` when it is not registered. */
export const snapshotOf = async (
  { gateways, kits, uses, now }: Stores,
  gatewayId: GatewayId,
): Promise<Snapshot | undefined> => {
  const gateway = await gateways.read(gatewayId);
  if (!gateway) return undefined;
  const used: Use[] = [];
  for (const { credentialId } of gateway.live)
    for (const shard of allShards(gateway))
      for await (const use of uses.ofCredential(gatewayId, credentialId, shard)) used.push(use);
  const found: Kit[] = [];
  for await (const kit of kits.all(gatewayId, gateway.shardCount)) if (kit.retiredAtMs === undefined) found.push(kit);
  const expected = expectedIn(gateway, found.length === 1);
  const judged = found.map((kit) => {
    const mine = used.filter((use) => use.kitId === kit.kitId);
    const verdict: KitVerdict = expected
      ? judgeKit(kit, mine, expected, now())
      : { kind: 'LAGGARD', kitId: kit.kitId, owner: kit.owner, code: 'NOT_DISTRIBUTED', addresses: [], redo: false };
    return { kit, verdict };
  });
  return { gateway, kits: judged };
};
