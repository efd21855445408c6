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
import type { ClockAndLog, Dependencies, RegisteredKit } from '../ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';

type Needs = Pick<Dependencies, 'gateways' | 'kits'> & ClockAndLog;

const atOnce = 20;

/** Copies every kit into the shard it will have; readers pass over copies until the record names the new count. */
export const copyIntoShards = async ({ kits }: Needs, found: FoundGateway, shardCount: number): Promise<void> => {
  await boundedMap(found.kits, atOnce, async ({ work, acknowledged, retiredSources, reverted: _, ...registered }) => {
    await kits.save(registered, shardCount);
    const kit = { ...registered, ...(work ? { work } : {}) };
    if (work) await kits.replaceWork(kit, work, shardCount);
    if (acknowledged) await kits.acknowledge(kit.gatewayId, kit.kitId, acknowledged, shardCount);
    if (retiredSources) await kits.saveRetiredSources(kit, retiredSources, shardCount);
  });
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
  const told = await needs.gateways.apply(wanted.gatewayId, command);
  if (told.kind === 'refused') throw new TypeError(`kits-changed was refused with ${told.code}.`);
  const wantedKits = new Map(wanted.kits.map((kit) => [kit.kitId, kit]));
  const before = new Map(found.kits.map((kit) => [kit.kitId, kit]));
  await boundedMap(changes, atOnce, async ({ kitId }) => {
    if (kitId) await changeKit(needs, told.gateway, kitId, before.get(kitId), wantedKits.get(kitId));
  });
  await needs.gateways.apply(wanted.gatewayId, ({ rotation }) =>
    rotation?.stage === 'VERIFIED' ? command : undefined,
  );
};

const changeKit = async (
  { kits, now }: Needs,
  gateway: Gateway,
  kitId: KitId,
  before: Kit | undefined,
  wanted: WantedKit | undefined,
): Promise<void> => {
  const { gatewayId, shardCount } = gateway;
  if (!wanted) {
    if (before) await kits.save({ ...registeredPart(before), retiredAtMs: now() }, shardCount);
    return;
  }
  const { kind, owner, traits, lookBackSeconds, probeUrl, expectedSources, settings } = wanted;
  const isRegistered = before !== undefined && before.retiredAtMs === undefined;
  const kit: RegisteredKit = {
    gatewayId,
    kitId,
    kind,
    owner,
    traits,
    lookBackSeconds,
    settings,
    registeredAtMs: isRegistered ? before.registeredAtMs : now(),
    ...(probeUrl === undefined ? {} : { probeUrl }),
    ...(expectedSources === undefined ? {} : { expectedSources }),
  };
  const sendBack = async (): Promise<void> => {
    if (
      before?.work?.credentialId !== undefined &&
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
  ...registered
}: Kit): RegisteredKit => registered;
