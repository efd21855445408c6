import type { ShowNeeds } from '../../lambdas/console/read-view.ts';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { KitId } from '../../lambdas/domain/ids.ts';
import type { Kit, Use } from '../../lambdas/domain/kit.ts';
import { shardOf } from '../../lambdas/domain/shards.ts';
import { atRest, compromised, kit, minutes, newId, nowMs, oldId, rotating, transitions } from './scenes.ts';

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** So many gateways, one in ten of them rotating and one of them compromised. */
export const gateways = (count: number): readonly Gateway[] =>
  upTo(count).map((index) => {
    const id = `gateway-${index}`;
    return index === 7 ? compromised(id) : index % 10 === 0 ? rotating(id) : atRest(id);
  });

/** Kits of one gateway, each used on the old credential and, nine in ten, on the new one. */
export const kitsInUse = (count: number): { readonly kits: readonly Kit[]; readonly uses: readonly Use[] } => {
  const kits = upTo(count).map((index) => kit(`kit-${index}`, 'kong', { owner: `team-${index % 40}@example.com` }));
  const use = (kitId: KitId, index: number, isNew: boolean): Use => ({
    ...{ kitId, credentialId: isNew ? newId : oldId, address: `10.0.${index % 250}.${index % 99}` },
    firstUsedAtMs: nowMs - (isNew ? 30 : 300) * minutes + (index % 600) * 1000,
    lastUsedAtMs: nowMs - (isNew ? 0 : 31) * minutes,
  });
  const uses = kits.flatMap(({ kitId }, index) => [
    use(kitId, index, false),
    ...(index % 10 === 0 ? [] : [use(kitId, index, true)]),
  ]);
  return { kits, uses };
};

/** What the console reads, answered from memory at once: the fleet, and one gateway with its kits. */
export const readingOf = (
  fleet: readonly Gateway[],
  gateway: Gateway,
  { kits, uses }: ReturnType<typeof kitsInUse>,
): ShowNeeds => {
  const kitsByShard = Map.groupBy(kits, ({ kitId }) => shardOf(kitId, gateway.shardCount));
  const usesByShard = Map.groupBy(uses, ({ kitId }) => shardOf(kitId ?? '', gateway.shardCount));
  return {
    ...{ now: () => nowMs, log: () => undefined, plans: { of: async () => undefined } },
    ownKeys: { of: async () => undefined },
    records: {
      read: async () => gateway,
      all: async () => fleet,
      audit: async function* () {
        yield* [];
      },
      latest: async () => transitions,
    },
    kits: {
      ofShard: async function* (_, shard) {
        yield* kitsByShard.get(shard) ?? [];
      },
    },
    uses: {
      ofCredential: async function* (_, credentialId, shard) {
        yield* (usesByShard.get(shard) ?? []).filter((use) => use.credentialId === credentialId);
      },
    },
    secretVersions: {
      describe: async () => ({
        ...{ arn: '', name: '', rotates: false, isBeingDeleted: false },
        labels: new Map([
          ['kept', fleet.flatMap(({ live }) => live.map(({ credentialId }) => `live-${credentialId}`))],
        ]),
      }),
    },
  };
};
