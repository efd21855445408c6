import { judgeKit, type KitVerdict } from '../domain/evidence.ts';
import { type Gateway, liveCredential, type Rotation } from '../domain/gateway.ts';
import type { Kit, Use } from '../domain/kit.ts';
import { addShard, emptyTally, type Tally } from '../domain/verdict.ts';
import { kitKindOf } from '../kits/registry.ts';
import type { Stored } from '../store/vault.ts';
import { accessFor, installationOf } from './distribute-shard.ts';
import type { Always, Equipment } from './equipment.ts';

type Needs = Pick<Equipment, 'kits' | 'uses' | 'secretsManager' | 'notifyOwner'> & Always;

/** Where a look that did not fit into one function's time goes on. */
export type Look = { readonly tally: Tally; readonly nextShard: number; readonly done: boolean };

const readBacksAtOnce = 10;

/**
 * Reads kits and use of every shard with strong consistency and judges each kit, until done or `untilMs`. With `stored`,
 * kits are read back through their management API first, where that may tell something new.
 */
export const lookAtKits = async (
  needs: Needs,
  gateway: Gateway,
  rotation: Rotation,
  {
    stored,
    from,
    untilMs,
  }: { readonly stored: Stored | undefined; readonly from: Look | undefined; readonly untilMs: number },
): Promise<Look> => {
  let tally = from?.tally ?? emptyTally;
  let shard = from?.nextShard ?? 0;
  for (; shard < gateway.shardCount && (shard === (from?.nextShard ?? 0) || needs.now() < untilMs); shard++)
    tally = await lookAtShard(needs, gateway, rotation, stored, shard, tally);
  return { tally, nextShard: shard, done: shard >= gateway.shardCount };
};

const lookAtShard = async (
  needs: Needs,
  gateway: Gateway,
  rotation: Rotation,
  stored: Stored | undefined,
  shard: number,
  tally: Tally,
): Promise<Tally> => {
  const { targetId } = rotation;
  if (!targetId) return tally;
  const uses = new Map<string, Use[]>();
  const retiring: Use[] = [];
  for (const { credentialId } of gateway.live)
    for await (const use of needs.uses.ofCredential(gateway.gatewayId, credentialId, shard)) {
      if (use.kitId !== undefined) uses.set(use.kitId, [...(uses.get(use.kitId) ?? []), use]);
      if (rotation.retireIds.includes(credentialId)) retiring.push(use);
    }
  const kits: Kit[] = [];
  for await (const kit of needs.kits.ofShard(gateway.gatewayId, shard, gateway.shardCount)) kits.push(kit);
  const expected = {
    targetId,
    generation: rotation.generation,
    useRecordingSeconds: gateway.policy.useRecordingSeconds,
  };
  const judge = (kit: Kit): KitVerdict => judgeKit(kit, uses.get(kit.kitId) ?? [], expected, needs.now());
  const verdicts = await mapped(kits, readBacksAtOnce, async (kit) => {
    const verdict = judge(kit);
    const seen = verdict.kind === 'UPDATED' && verdict.evidence.kind === 'observed';
    return stored && !seen && kit.work?.state === 'INSTALLED'
      ? judge(await readAgain(needs, gateway, rotation, kit, stored))
      : verdict;
  });
  for (const [index, verdict] of verdicts.entries()) {
    const kit = kits[index];
    if (kit && verdict.kind === 'LAGGARD' && verdict.redo && stored) await sendBack(needs, gateway, rotation, kit);
  }
  const known = new Set<string>(kits.map((kit) => kit.kitId));
  return addShard(tally, shard, verdicts, retiring, (kitId) => known.has(kitId));
};

/** The kit with a fresh read-back; one that does not answer keeps what was known before, which is never more. */
const readAgain = async (
  needs: Needs,
  gateway: Gateway,
  rotation: Rotation,
  kit: Kit,
  stored: Stored,
): Promise<Kit> => {
  const kind = kitKindOf(kit.kind);
  const { work } = kit;
  if (!kind.readBack || !work) return kit;
  try {
    if (kit.probeUrl)
      await fetch(kit.probeUrl, { signal: AbortSignal.timeout(5_000) }).then((response) => response.body?.cancel());
  } catch {
    needs.log('INFO', 'A probe through a kit had no answer.', { gatewayId: kit.gatewayId, kitId: kit.kitId });
  }
  try {
    const { matches } = await kind.readBack(
      installationOf(gateway, rotation, kit, stored),
      kit.settings,
      accessFor(needs),
    );
    const after = { ...work, readBack: { matches, atMs: needs.now() } };
    if (work.readBack?.matches !== matches) await needs.kits.saveWork(kit, after, gateway.shardCount);
    return { ...kit, work: after };
  } catch (error) {
    needs.log('WARN', 'A kit could not be read back.', {
      gatewayId: kit.gatewayId,
      kitId: kit.kitId,
      code: error instanceof Error ? error.name : 'Error',
    });
    return kit;
  }
};

/** Marks a kit for distribution again. */
const sendBack = async (needs: Needs, gateway: Gateway, rotation: Rotation, kit: Kit): Promise<void> => {
  const targetId = liveCredential(gateway, rotation.targetId)?.credentialId;
  if (!targetId || kit.work?.state === 'PENDING') return;
  await needs.kits.saveWork(
    kit,
    {
      rotationId: rotation.rotationId,
      generation: rotation.generation,
      credentialId: targetId,
      state: 'PENDING',
      attempts: kit.work?.attempts ?? 0,
      changedAtMs: needs.now(),
    },
    gateway.shardCount,
  );
};

const mapped = async <Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as Item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
};
