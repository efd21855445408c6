import { liveUsesIn } from '../authorities/recorded-uses.ts';
import type { By } from '../domain/decision.ts';
import { type Gateway, hasReached } from '../domain/gateway.ts';
import type { KitId } from '../domain/ids.ts';
import { type Kit, keptFailure, sourceOf, type Use, withRetiredSource } from '../domain/kit.ts';
import type { Of } from '../domain/operator-commands.ts';
import { shardOf } from '../domain/shards.ts';
import { manyOthers } from '../domain/use-places.ts';
import { dueCredential } from '../domain/waves.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { notRunning, type OperateResult, refused, resultOf, unchanged } from './result.ts';

type Needs = Pick<Dependencies, 'gateways' | 'kits'> & ClockAndLog;
type NeedsUses = Needs & Pick<Dependencies, 'uses'>;

/** The owner says that he installed this very credential; another id than the one to install is refused. */
export const acknowledgeKit = async (
  { gateways, kits, now }: Needs,
  gateway: Gateway,
  { kitId, credentialId }: Of<'acknowledge-kit'>,
  by: By,
): Promise<OperateResult> => {
  const { gatewayId, shardCount } = gateway;
  const expected = gateway.rotation?.targetId ?? gateway.currentCredentialId;
  if (credentialId !== expected)
    return refused(
      gateway,
      'UNKNOWN_CREDENTIAL',
      `Credential ${credentialId} was acknowledged, and ${expected ?? 'none'} is to be installed.`,
    );
  const kit = await kitOf(kits, gateway, kitId);
  if (!kit) return noSuchKit(gateway, kitId);
  const before = kit.acknowledged;
  if (before?.credentialId === credentialId && before.atMs >= (kit.work?.changedAtMs ?? 0)) return unchanged(gateway);
  const recorded = await gateways.apply(gatewayId, { kind: 'acknowledge-kit', kitId, credentialId, ...by });
  await kits.acknowledge(gatewayId, kitId, { credentialId, actor: by.actor, atMs: now() }, shardCount);
  return resultOf(gatewayId, recorded);
};

/** Marks the kit as one that lacks the credential: the next pass sends it back to distribution. */
export const retryKit = async (
  { gateways, kits, now }: Needs,
  gateway: Gateway,
  { kitId }: Of<'retry-kit'>,
  by: By,
): Promise<OperateResult> => {
  const { gatewayId, rotation, shardCount } = gateway;
  if (!rotation) return notRunning(gateway);
  if (!rotation.targetId || !hasReached(rotation, 'PROMOTED'))
    return refused(
      gateway,
      'WRONG_STAGE',
      `Rotation ${rotation.rotationId} is at ${rotation.stage} and gives kits nothing${rotation.rolledBack ? '' : ' yet'}.`,
    );
  if (rotation.held)
    return refused(
      gateway,
      'HELD',
      `Rotation ${rotation.rotationId} is held by ${rotation.held.actor}, and gives kits nothing until then: resume it first.`,
    );
  const kit = await kitOf(kits, gateway, kitId);
  if (!kit) return noSuchKit(gateway, kitId);
  const { rotationId, generation } = rotation;
  const credentialId = dueCredential(rotation, kit);
  if (credentialId === undefined)
    return refused(
      gateway,
      'WRONG_STAGE',
      `The wave of kit ${kitId} has not opened yet: until then it is given nothing.`,
    );
  const isUntried = kit.work?.state === 'PENDING' && kit.work.generation === generation && !kit.work.failure;
  if (isUntried) return unchanged(gateway);
  const recorded = await gateways.apply(gatewayId, { kind: 'retry-kit', kitId, credentialId, ...by });
  const attempts = kit.work?.attempts ?? 0;
  const pending = { rotationId, generation, credentialId, state: 'PENDING', attempts, changedAtMs: now() } as const;
  const work = { ...pending, ...keptFailure(kit, credentialId) };
  if (!(await kits.replaceWork(kit, work, shardCount)))
    return refused(gateway, 'SUPERSEDED', `Another run has given kit ${kitId} a credential since: look again.`);
  return resultOf(gatewayId, recorded);
};

/**
 * A named person says that a source of a kit is gone: it holds nothing up any more, until it is used again. One that was
 * never seen is refused, since a misspelt one would look retired and change nothing.
 */
export const retireSource = async (
  { gateways, kits, uses, now }: NeedsUses,
  gateway: Gateway,
  { kitId, source }: Of<'retire-source'>,
  by: By,
): Promise<OperateResult> => {
  const { gatewayId, shardCount } = gateway;
  const kit = await kitOf(kits, gateway, kitId);
  if (!kit) return noSuchKit(gateway, kitId);
  const seen: Use[] = [];
  for await (const use of liveUsesIn(uses, gateway, shardOf(kitId, shardCount)))
    if (use.kitId === kitId) seen.push(use);
  const itsUses = seen.filter((use) => sourceOf(use) === source);
  if (itsUses.length === 0) return noSuchSource(gateway, kitId, source, seen);
  const { retiredSources = [] } = kit;
  const lastUsedAtMs = Math.max(...itsUses.map((use) => use.lastUsedAtMs));
  if (retiredSources.some((one) => one.source === source && one.atMs >= lastUsedAtMs)) return unchanged(gateway);
  const recorded = await gateways.apply(gatewayId, { kind: 'retire-source', kitId, source, ...by });
  const retired = withRetiredSource(retiredSources, { source, ...by, atMs: now() });
  if (!(await kits.saveRetiredSources(kit, retired, shardCount)))
    return refused(gateway, 'SUPERSEDED', `Another source of kit ${kitId} was retired in this moment: say it again.`);
  return resultOf(gatewayId, recorded);
};

const sourcesNamed = 20;
const manyRetired = `Of its sources some are not told apart: they are called ${manyOthers}, and that can be retired.`;

const noSuchSource = (gateway: Gateway, kitId: KitId, source: string, seen: readonly Use[]): OperateResult => {
  const sources = [...new Set(seen.map(sourceOf))];
  const named = `${sources.slice(0, sourcesNamed).join(', ') || 'nowhere'}${sources.length > sourcesNamed ? ' and others' : ''}`;
  return refused(
    gateway,
    'UNKNOWN_SOURCE',
    `Kit ${kitId} was not seen from ${source} with a live credential; it was seen from ${named}.${seen.some(({ areMany }) => areMany) ? ` ${manyRetired}` : ''}`,
  );
};

const kitOf = async (kits: Dependencies['kits'], gateway: Gateway, kitId: KitId): Promise<Kit | undefined> => {
  const { gatewayId, shardCount } = gateway;
  for await (const kit of kits.ofShard(gatewayId, shardOf(kitId, shardCount), shardCount))
    if (kit.kitId === kitId) return kit;
  return undefined;
};

const noSuchKit = (gateway: Gateway, kitId: KitId): OperateResult =>
  refused(gateway, 'UNKNOWN_KIT', `Gateway ${gateway.gatewayId} has no kit ${kitId}.`);
