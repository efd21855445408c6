import { liveUsesIn } from '../../authorities/recorded-uses.ts';
import { deadlineActFor } from '../../domain/deadline.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { RotationId } from '../../domain/ids.ts';
import type { Kit, Use } from '../../domain/kit.ts';
import {
  byAttention,
  credentialsIn,
  earliestRevokeMs,
  type KitPlan,
  type Obstacle,
  type Plan,
  planKit,
  planSharedKit,
  proofsIn,
} from '../../domain/plan.ts';
import { namedAtMost } from '../../domain/retiring-use.ts';
import { allShards } from '../../domain/shards.ts';
import { transition } from '../../domain/transition.ts';
import { type Candidate, candidateOf } from '../../domain/wave-candidates.ts';
import { planWaves } from '../../domain/wave-plan.ts';
import { kitKindOf } from '../../kits/kinds.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { boundedMap } from '../../runtime/bounded-map.ts';
import { planAuthority } from './plan-authority.ts';
import { planKeys } from './plan-keys.ts';
import { comparedIn, type Shown, shownBy } from './shown-by-kit.ts';

type Needs = Pick<Dependencies, 'kits' | 'uses' | 'secretVersions' | 'kitSecrets' | 'kitReach' | 'pingOne'> &
  ClockAndLog;

/** Kits are asked for so long, and so many at once: the function ends before its state gives up. */
const askForMs = 30_000;
const kitsAtOnce = 20;
/** So many shards are read side by side: 1,024 of them would take most of a minute one after the other. */
const shardsAtOnce = 8;
/** Then own keys are looked at, so long, and not beside what kits that did not answer have left. */
const [keysForMs, keysByMs] = [8_000, 42_000];

/**
 * Reads what a rotation would meet, and asks every kit that has a management API what it holds. Writes nothing at all. Who
 * only wants to know what stands in the way does not read on when the time for asking is over.
 */
export const planRotation = async (
  needs: Needs,
  gateway: Gateway,
  rotationId: RotationId,
  { readsAll }: { readonly readsAll: boolean },
): Promise<Plan> => {
  const nowMs = needs.now();
  const { kits, candidates, found, readBack, notAsked, unregisteredSources, tooManySources } = await planKits(
    needs,
    gateway,
    rotationId,
    readsAll,
  );
  const keys = await planKeys(needs, gateway, found, Math.min(needs.now() + keysForMs, nowMs + keysByMs));
  const { waves: wanted } = gateway.policy;
  const waves = wanted && gateway.currentCredentialId ? planWaves(wanted, candidates) : [];
  const count = (is: (kit: KitPlan) => boolean): number => kits.filter(is).length;
  const authority = await planAuthority(needs, gateway);
  const obstacles = [...refusalOf(gateway, rotationId, nowMs), ...authority.obstacles, ...unreachable(kits)];
  const attention = byAttention(kits);
  const inUse = count(({ isIdle }) => !isIdle);
  const iso = (atMs: number): string => new Date(atMs).toISOString();
  return {
    gatewayId: gateway.gatewayId,
    at: iso(nowMs),
    mayStart: obstacles.length === 0,
    obstacles,
    kits: {
      total: kits.length,
      inUse,
      idle: kits.length - inUse,
      waitForPeople: count(({ why }) => why !== undefined && waitsForPeople.includes(why)),
      slow: count(({ why }) => why === 'SLOW'),
      unreachable: count(({ why }) => why === 'UNREACHABLE'),
      notAsked,
    },
    ...(gateway.rotation ? { rotationRuns: true as const } : {}),
    readBack,
    attention: attention.slice(0, namedAtMost).map(({ lastSeenMs, ...kit }) => ({
      ...kit,
      ...(lastSeenMs === undefined ? {} : { lastSeenAt: iso(lastSeenMs) }),
    })),
    moreAttention: Math.max(0, attention.length - namedAtMost),
    ...keys,
    unregisteredSources,
    ...(tooManySources ? { tooManySources: true as const } : {}),
    ...(authority.credentials ? { credentials: authority.credentials } : {}),
    ...(gateway.authority ? { proofs: proofsIn(kits) } : {}),
    ...credentialsIn(gateway, authority.credentials),
    ...(waves.length > 0 ? { waves } : {}),
    ...(obstacles.length === 0
      ? { earliestRevokeAt: iso(earliestRevokeMs(gateway, inUse + unregisteredSources > 0, waves, nowMs)) }
      : {}),
    deadlineAt: iso(nowMs + gateway.policy.deadlineSeconds * 1000),
    atDeadline: deadlineActFor(gateway.policy, begun(gateway)).kind,
  };
};

const waitsForPeople: readonly string[] = ['OWNER_INSTALLS', 'IDLE_WITHOUT_PROOF', 'ONLY_ACKNOWLEDGEMENT'];

/** What the rotation would have to go back to. */
const begun = ({ currentCredentialId: fromCredentialId }: Gateway) =>
  ({ trigger: 'manual', ...(fromCredentialId ? { fromCredentialId } : {}) }) as const;

/** What the record itself says against a start. */
const refusalOf = (gateway: Gateway, rotationId: RotationId, nowMs: number): readonly Obstacle[] => {
  const begun = transition(
    gateway,
    { kind: 'begin', rotationId, trigger: 'manual', actor: 'plan', reason: 'plan' },
    nowMs,
  );
  return begun.kind === 'refused' ? [{ code: begun.code, message: begun.message }] : [];
};

const unreachable = (kits: readonly KitPlan[]): readonly Obstacle[] => {
  const failing = kits.filter(({ failure }) => failure !== undefined);
  const more = failing.length - namedAtMost;
  return [
    ...failing.slice(0, namedAtMost).map(({ kitId, failure }) => `Kit ${kitId}: ${failure}`),
    ...(more > 0 ? [`And ${more} more kits that cannot be asked.`] : []),
  ].map((message) => ({ code: 'KIT_UNREACHABLE' as const, message }));
};

const planKits = async (
  needs: Needs,
  gateway: Gateway,
  rotationId: RotationId,
  readsAll: boolean,
): Promise<{
  kits: readonly KitPlan[];
  found: readonly Kit[];
  candidates: readonly Candidate[];
  readBack: Plan['readBack'];
  notAsked: number;
  unregisteredSources: number;
  tooManySources: boolean;
}> => {
  const untilMs = needs.now() + askForMs;
  const stored = gateway.currentCredentialId
    ? await needs.secretVersions.readVersion(gateway.secretArn, gateway.currentVersionId)
    : undefined;
  const candidates: Candidate[] = [];
  let notAsked = 0;
  let unregisteredSources = 0;
  let tooManySources = false;
  const planned = await boundedMap(allShards(gateway), shardsAtOnce, async (shard) => {
    if (!readsAll && needs.now() >= untilMs) return [];
    const found: Kit[] = [];
    for await (const kit of needs.kits.ofShard(gateway.gatewayId, shard, gateway.shardCount)) found.push(kit);
    const byKit = new Map<string, Use[]>(found.map(({ kitId }) => [kitId, []]));
    const strangers = new Set<string>(); // whatever number of credentials they used; no more than have places
    for await (const use of liveUsesIn(needs.uses, gateway, shard)) {
      const ofKit = use.kitId === undefined ? undefined : byKit.get(use.kitId);
      if (ofKit) ofKit.push(use);
      else strangers.add(`${use.kitId} ${use.address}`);
      tooManySources ||= use.areMany === true;
    }
    unregisteredSources += strangers.size;
    const plans = await boundedMap(
      found,
      kitsAtOnce,
      async (kit): Promise<readonly [Kit, KitPlan, Shown | undefined]> => {
        const isAskable = kitKindOf(kit.kind).readBack !== undefined;
        const mayAsk = isAskable && stored !== undefined && needs.now() < untilMs;
        if (isAskable && !mayAsk) notAsked += 1;
        const shown = mayAsk ? await shownBy(needs, gateway, rotationId, kit, stored) : undefined;
        const failure = shown?.failure;
        if (gateway.authority)
          return [kit, planSharedKit(kit, isAskable, gateway.shardCount === 1 && found.length === 1, failure), shown];
        return [kit, planKit(kit, byKit.get(kit.kitId) ?? [], needs.now(), failure), shown];
      },
    );
    if (gateway.policy.waves)
      candidates.push(...found.map((kit) => candidateOf(kit, byKit.get(kit.kitId) ?? [], undefined, needs.now())));
    return plans;
  });
  const all = planned.flat();
  return {
    kits: all.map(([, plan]) => plan),
    found: all.map(([kit]) => kit),
    readBack: comparedIn(all.map(([kit, , shown]) => [kit, shown])),
    ...{ candidates, notAsked, unregisteredSources, tooManySources },
  };
};
