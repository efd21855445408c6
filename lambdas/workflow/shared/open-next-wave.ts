import { liveUsesIn } from '../../authorities/recorded-uses.ts';
import type { Gateway, Rotation } from '../../domain/gateway.ts';
import type { KitId } from '../../domain/ids.ts';
import type { Kit, Use } from '../../domain/kit.ts';
import { shardOf } from '../../domain/shards.ts';
import { type Candidate, candidateOf, chooseKits } from '../../domain/wave-candidates.ts';
import type { WaveLook } from '../../domain/wave-look.ts';
import { judgeWave, readySaid } from '../../domain/wave-verdict.ts';
import { chosenWave, type InWaves } from '../../domain/waves.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { boundedMap } from '../../runtime/bounded-map.ts';
import { applyCommand, asWorkflow } from './apply-command.ts';
import { answersClients } from './recheck.ts';
import type { StepInput } from './step.ts';

type Needs = Pick<Dependencies, 'gateways' | 'kits' | 'uses' | 'kitSecrets' | 'kitReach' | 'secretVersions'> &
  ClockAndLog;

const shardsAtOnce = 16;
const kitsAtOnce = 20;

/**
 * Chooses the kits of the next wave, marks them, takes their base line, and opens it; `look` is the evidence of the one that
 * is open. A wave for which nobody is left that could be observed is passed over. Begun again after a crash it comes to the
 * same, since kits that are marked stay chosen, and none is given anything before the record says that the wave is open.
 */
export const openNextWave = async (
  needs: Needs,
  input: StepInput,
  gateway: Gateway,
  rotation: InWaves,
  look?: WaveLook,
): Promise<Gateway> => {
  const candidates = await candidatesOf(needs, gateway, rotation);
  const { plan } = rotation.waves;
  const first = rotation.waves.number + (look && look.kits > 0 ? 1 : 0);
  for (let number = first; number < plan.length; number++) {
    const { chosen, added } = chooseKits(plan, number, candidates);
    if (chosen.length === 0) continue;
    const { kits, failedChecks } = await mark(needs, gateway, rotation, number, chosen, added);
    if (kits > 0) return open(needs, input, gateway, rotation, { number, kits, failedChecks, look });
  }
  const given = candidates.filter(({ wave }) => wave !== undefined).length;
  const rest = { number: plan.length, kits: candidates.length - given, failedChecks: 0 };
  return open(needs, input, gateway, rotation, { ...rest, look });
};

type Opening = {
  readonly number: number;
  readonly kits: number;
  readonly failedChecks: number;
  readonly look: WaveLook | undefined;
};

const open = (
  { gateways, now }: Needs,
  input: StepInput,
  gateway: Gateway,
  { rotationId, waves }: InWaves,
  { look, ...opening }: Opening,
): Promise<Gateway> => {
  const verdict = look && judgeWave(gateway, look, now());
  const proven = look && verdict?.kind === 'READY' ? `${readySaid(waves, look, verdict.bakedSeconds)}; ` : '';
  const passed = opening.number - waves.number - (look ? 1 : 0);
  const why = passed > 0 ? ', as no other kit can be observed' : '';
  const kits = `${opening.kits} ${opening.kits === 1 ? 'kit' : 'kits'}`;
  return applyCommand(gateways, input, {
    kind: 'open-wave',
    rotationId,
    readAt: gateway.transitionRevision,
    ...opening,
    ...(look ? { look } : {}),
    ...asWorkflow(`${proven}wave ${opening.number} of ${waves.plan.length} opens with ${kits}${why}`),
  });
};

const candidatesOf = async (needs: Needs, gateway: Gateway, rotation: Rotation): Promise<readonly Candidate[]> => {
  const shards = Array.from({ length: gateway.shardCount }, (_, shard) => shard);
  const found = await boundedMap(shards, shardsAtOnce, async (shard) => {
    const { kits, usesOf } = await readShard(needs, gateway, shard);
    return kits.map((kit) => candidateOf(kit, usesOf(kit.kitId), chosenWave(rotation, kit), needs.now()));
  });
  return found.flat();
};

/** The kits of a shard, with their use of live credentials. */
const readShard = async (
  { kits, uses }: Pick<Needs, 'kits' | 'uses'>,
  gateway: Gateway,
  shard: number,
): Promise<{ readonly kits: readonly Kit[]; readonly usesOf: (kitId: KitId) => readonly Use[] }> => {
  const found: Kit[] = [];
  for await (const kit of kits.ofShard(gateway.gatewayId, shard, gateway.shardCount)) found.push(kit);
  const byKit = new Map<string, Use[]>(found.map(({ kitId }) => [kitId, []]));
  for await (const use of liveUsesIn(uses, gateway, shard)) byKit.get(use.kitId ?? '')?.push(use);
  return { kits: found, usesOf: (kitId) => byKit.get(kitId) ?? [] };
};

/** Marks the kits that were added, and asks all of the wave as clients would, before any of them is given the credential. */
const mark = async (
  needs: Needs,
  gateway: Gateway,
  { rotationId, generation }: Rotation,
  number: number,
  chosen: readonly Candidate[],
  added: readonly Candidate[],
): Promise<{ readonly kits: number; readonly failedChecks: number }> => {
  const { gatewayId, shardCount } = gateway;
  const isAdded = new Set(added.map(({ kitId }) => kitId));
  const byShard = Map.groupBy(chosen, ({ kitId }) => shardOf(kitId, shardCount));
  const asked = await boundedMap([...byShard], shardsAtOnce, async ([shard, ofShard]) => {
    const isChosen = new Set(ofShard.map(({ kitId }) => kitId));
    const kits: Kit[] = [];
    for await (const kit of needs.kits.ofShard(gatewayId, shard, shardCount))
      if (isChosen.has(kit.kitId)) kits.push(kit);
    return boundedMap(kits, kitsAtOnce, async (kit) => {
      const wave = { rotationId, number };
      const isMarked = !isAdded.has(kit.kitId) || (await needs.kits.saveWave(kit, wave, generation, shardCount));
      return isMarked ? { answers: await answersClients(needs, kit) } : undefined;
    });
  });
  const marked = asked.flat().filter((one) => one !== undefined);
  return { kits: marked.length, failedChecks: marked.filter(({ answers }) => !answers).length };
};
