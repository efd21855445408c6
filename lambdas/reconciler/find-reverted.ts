import { liveUsesIn } from '../authorities/recorded-uses.ts';
import { mayBeReverted } from '../domain/credential-status.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { Kit, Reverted, RevertedUse, Use } from '../domain/kit.ts';
import { revertedUse } from '../domain/reverted.ts';
import { allShards } from '../domain/shards.ts';
import { type RevertedKit, revertedKits } from '../notifications/messages.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';

type Needs = Pick<Dependencies, 'gateways' | 'kits' | 'uses' | 'notifyOwner'> & ClockAndLog;

/** How long nobody is told of the same kit again. */
const tellEveryMs = 86_400_000;
const kitsAtOnce = 20;

type Found = { readonly kit: Kit; readonly reverted: RevertedUse };

/**
 * Finds the kits of a gateway that present a credential after its revocation, marks them, tells their owners once a day, and
 * has the record say how many they are. A gateway without any costs one query a revoked credential.
 */
export const findReverted = async (needs: Needs, gateway: Gateway): Promise<void> => {
  const refused = await refusalsByKit(needs, gateway);
  if (refused.size === 0 && gateway.kitsBehind === undefined) return;
  const found: Found[] = [];
  for (const shard of allShards(gateway)) found.push(...(await findInShard(needs, gateway, shard, refused)));
  await needs.gateways.apply(gateway.gatewayId, (now) =>
    (now.kitsBehind ?? 0) === found.length
      ? undefined
      : {
          kind: 'kits-behind',
          kits: found.length,
          actor: 'reconciler',
          reason:
            found.length > 0 ? 'kits present a revoked credential' : 'no kit presents a revoked credential any more',
        },
  );
  for (const [owner, kits] of Map.groupBy(found, ({ kit }) => kit.owner))
    await tellAndMark(needs, gateway, owner, kits);
};

/** Those of a shard; a mark that does not hold any more is taken off. */
const findInShard = async (
  needs: Needs,
  gateway: Gateway,
  shard: number,
  refused: ReadonlyMap<string, readonly Use[]>,
): Promise<readonly Found[]> => {
  const kits: Kit[] = [];
  for await (const kit of needs.kits.ofShard(gateway.gatewayId, shard, gateway.shardCount))
    if (kit.reverted || refused.has(kit.kitId)) kits.push(kit);
  const live = new Map<string, Use[]>();
  if (kits.some(({ kitId }) => refused.has(kitId)))
    await addByKit(live, liveUsesIn(needs.uses, gateway, shard), (kitId) => refused.has(kitId));
  const judged = kits.map((kit) => ({
    kit,
    reverted: revertedUse(kit, refused.get(kit.kitId) ?? [], live.get(kit.kitId) ?? [], needs.now()),
  }));
  await boundedMap(judged, kitsAtOnce, async ({ kit, reverted }) => {
    if (!reverted && kit.reverted) await needs.kits.saveReverted(kit, undefined, gateway.shardCount);
  });
  return judged.flatMap(({ kit, reverted }) => (reverted ? [{ kit, reverted }] : []));
};

const refusalsByKit = async (
  { uses }: Needs,
  { gatewayId, revoked }: Gateway,
): Promise<ReadonlyMap<string, readonly Use[]>> => {
  const found = new Map<string, Use[]>();
  for (const { credentialId } of revoked.filter(mayBeReverted))
    await addByKit(found, uses.refusals(gatewayId, credentialId), () => true);
  return found;
};

/** Adds the uses that name a kit which is asked for; those of many together name none. */
const addByKit = async (
  found: Map<string, Use[]>,
  uses: AsyncIterable<Use>,
  isAskedFor: (kitId: string) => boolean,
): Promise<void> => {
  for await (const use of uses) {
    if (use.kitId === undefined || !isAskedFor(use.kitId)) continue;
    const ofKit = found.get(use.kitId);
    if (ofKit) ofKit.push(use);
    else found.set(use.kitId, [use]);
  }
};

/** One message for the kits of an owner of which he was not told today. One that cannot be sent goes out with the next look. */
const tellAndMark = async (needs: Needs, gateway: Gateway, owner: string, kits: readonly Found[]): Promise<void> => {
  const { gatewayId, shardCount } = gateway;
  const nowMs = needs.now();
  const isDue = ({ kit }: Found): boolean =>
    nowMs - (kit.reverted?.toldAtMs ?? Number.NEGATIVE_INFINITY) >= tellEveryMs;
  const [first, ...others] = kits.filter(isDue).map(nameOf);
  const isTold = first !== undefined && (await tell(needs, gatewayId, owner, [first, ...others]));
  await boundedMap(kits, kitsAtOnce, async (one) => {
    const toldAtMs = isTold && isDue(one) ? nowMs : one.kit.reverted?.toldAtMs;
    const mark: Reverted = { ...one.reverted, ...(toldAtMs === undefined ? {} : { toldAtMs }) };
    await needs.kits.saveReverted(one.kit, mark, shardCount);
  });
};

const nameOf = ({ kit, reverted }: Found): RevertedKit => ({ kitId: kit.kitId, ...reverted });

const tell = async (
  { notifyOwner, log }: Needs,
  gatewayId: Gateway['gatewayId'],
  owner: string,
  kits: Parameters<typeof revertedKits>[1],
): Promise<boolean> => {
  try {
    await notifyOwner(revertedKits({ gatewayId, owner }, kits));
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.name : 'unknown';
    log('WARN', 'The owner of kits that are refused could not be told.', { gatewayId, owner, why });
    return false;
  }
};
