import type { KitsChanged } from '../domain/configure.ts';
import type { By } from '../domain/decision.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { KitId } from '../domain/ids.ts';
import type { Kit } from '../domain/kit.ts';
import {
  type Change,
  type FoundGateway,
  mustBeInstalledAgain,
  type WantedGateway,
  type WantedKit,
} from '../domain/registry-changes.ts';
import { destinationsChanged } from '../notifications/messages.ts';
import type { ClockAndLog, Dependencies, RegisteredKit } from '../ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';

type Needs = Pick<Dependencies, 'gateways' | 'kits' | 'notifyOwner'> & ClockAndLog;

const atOnce = 20;
/** New kits are added so many together, and so many of these parts at once. */
const addedTogether = 100;
const partsAtOnce = 4;

/** Copies every kit into the shard it will have; readers pass over copies until the record names the new count. */
export const copyIntoShards = async ({ kits }: Needs, found: FoundGateway, shardCount: number): Promise<void> => {
  await boundedMap(
    found.kits,
    atOnce,
    async ({ work, acknowledged, retiredSources, reverted: _, wave: _w, ...registered }) => {
      await kits.save(registered, shardCount);
      const kit = { ...registered, ...(work ? { work } : {}) };
      if (work) await kits.replaceWork(kit, work, shardCount);
      if (acknowledged) await kits.acknowledge(kit.gatewayId, kit.kitId, acknowledged, shardCount);
      if (retiredSources) await kits.saveRetiredSources(kit, retiredSources, shardCount);
    },
  );
};

/**
 * Adds, updates and retires kits. The record is told before the first write, so that the change is in the audit even after a
 * crash, and once more at the end when a verification that did not see them all came between.
 */
export const changeKits = async (
  needs: Needs,
  wanted: WantedGateway,
  found: FoundGateway,
  changes: readonly Change[],
  by: By,
): Promise<void> => {
  const count = (kind: Change['kind']): number => changes.filter((change) => change.kind === kind).length;
  const command = {
    kind: 'kits-changed',
    added: count('ADD_KIT'),
    changed: count('UPDATE_KIT'),
    retired: count('RETIRE_KIT'),
    ...by,
  } as const;
  if (command.added + command.changed + command.retired === 0) return;
  const [first = {}, ...others] = destinationsIn(changes);
  const record = async (more: Pick<KitsChanged, 'destinations'>, counts: typeof command): Promise<Gateway> => {
    const told = await needs.gateways.apply(wanted.gatewayId, { ...counts, ...more });
    if (told.kind === 'refused') throw new TypeError(`kits-changed was refused with ${told.code}.`);
    return told.gateway;
  };
  let gateway = await record(first, command);
  for (const more of others) gateway = await record(more, { ...command, added: 0, changed: 0, retired: 0 });
  await tellOwners(needs, gateway, wanted, found, changes, by); // before anything may be sent there
  const wantedKits = new Map(wanted.kits.map((kit) => [kit.kitId, kit]));
  const before = new Map(found.kits.map((kit) => [kit.kitId, kit]));
  const added = wanted.kits.filter(({ kitId }) => !before.has(kitId));
  const parts = Array.from({ length: Math.ceil(added.length / addedTogether) }, (_, index) =>
    added.slice(index * addedTogether, (index + 1) * addedTogether),
  );
  await boundedMap(parts, partsAtOnce, (part) =>
    needs.kits.add(
      part.map((kit) => registeredAs(gateway, kit, needs.now())),
      gateway.shardCount,
    ),
  );
  await boundedMap(changes, atOnce, async ({ kitId }) => {
    const known = kitId && before.get(kitId);
    if (known) await changeKit(needs, gateway, known, wantedKits.get(known.kitId));
  });
  await needs.gateways.apply(wanted.gatewayId, ({ rotation }) =>
    rotation?.stage === 'VERIFIED' ? command : undefined,
  );
};

/** So many characters of destinations are in one entry of the record, or those of one kit: it has to fit into an item, and into an event. */
const entryLength = 30_000;

const destinationsIn = (changes: readonly Change[]): readonly Pick<KitsChanged, 'destinations'>[] => {
  const entries: Record<string, readonly string[]>[] = [];
  let left = 0;
  for (const { kitId, destinations } of changes) {
    if (!kitId || !destinations) continue;
    const { length } = JSON.stringify([kitId, destinations]);
    if (length > left) {
      entries.push({});
      left = entryLength;
    }
    left -= length;
    Object.assign(entries.at(-1) ?? {}, { [kitId]: destinations });
  }
  return entries.map((destinations) => ({ destinations }));
};

/** Tells each owner of new destinations; one whose kit gets another owner too. Throws TemporarilyUnavailable: then nothing was changed. */
const tellOwners = async (
  { notifyOwner }: Needs,
  { gatewayId }: Gateway,
  wanted: WantedGateway,
  found: FoundGateway,
  changes: readonly Change[],
  by: By,
): Promise<void> => {
  const owners = Map.groupBy([...found.kits, ...wanted.kits], ({ kitId }) => kitId);
  const ownersOf = (kitId: KitId): ReadonlySet<string> => new Set(owners.get(kitId)?.map(({ owner }) => owner));
  const kits = changes.flatMap(({ kind, kitId, destinations }) =>
    kitId && destinations
      ? [...ownersOf(kitId)].map((owner) => ({ owner, kitId, destinations, isNew: kind === 'ADD_KIT' }))
      : [],
  );
  await boundedMap([...Map.groupBy(kits, ({ owner }) => owner)], atOnce, ([owner, theirs]) =>
    notifyOwner(destinationsChanged({ gatewayId, owner, ...by }, theirs)),
  );
};

/** A kit as it is kept. */
const registeredAs = (
  { gatewayId }: Pick<Gateway, 'gatewayId'>,
  { kitId, kind, owner, labels, traits, lookBackSeconds, probeUrl, expectedSources, canary, settings }: WantedKit,
  registeredAtMs: number,
): RegisteredKit => ({
  gatewayId,
  kitId,
  kind,
  owner,
  traits,
  lookBackSeconds,
  settings,
  registeredAtMs,
  ...(labels ? { labels } : {}),
  ...(probeUrl === undefined ? {} : { probeUrl }),
  ...(expectedSources === undefined ? {} : { expectedSources }),
  ...(canary ? { canary } : {}),
});

/** Changes one that is kept already, retired or not. */
const changeKit = async (
  { kits, now }: Needs,
  gateway: Gateway,
  before: Kit,
  wanted: WantedKit | undefined,
): Promise<void> => {
  const { shardCount } = gateway;
  if (!wanted) return kits.save({ ...registeredPart(before), retiredAtMs: now() }, shardCount);
  const isRegistered = before.retiredAtMs === undefined;
  const kit = registeredAs(gateway, wanted, isRegistered ? before.registeredAtMs : now());
  const sendBack = async (): Promise<void> => {
    if (
      before.work?.credentialId !== undefined &&
      before.work.credentialId === gateway.rotation?.targetId &&
      (!isRegistered || mustBeInstalledAgain(before, wanted))
    )
      await kits.replaceWork(before, { ...before.work, state: 'PENDING', changedAtMs: now() }, shardCount);
  };
  await sendBack(); // first, because after a crash the saved kit looks unchanged
  await kits.save(kit, shardCount);
  await sendBack(); // again, in case a distributor that had read the kit before has finished meanwhile
};

const registeredPart = ({
  work: _,
  acknowledged: _a,
  retiredSources: _r,
  reverted: _v,
  wave: _k,
  ...registered
}: Kit): RegisteredKit => registered;
