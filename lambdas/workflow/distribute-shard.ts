import { StepFailed } from '../domain/failure.ts';
import type { Gateway, Rotation } from '../domain/gateway.ts';
import { type Acknowledgement, type Kit, type KitWork, keptFailure } from '../domain/kit.ts';
import { callsAtOnce, type ShardsOfCall } from '../domain/shards.ts';
import { dueCredential, isInWaves, wayBack } from '../domain/waves.ts';
import { kitKindOf } from '../kits/kinds.ts';
import type { ClockAndLog, Dependencies, Stored } from '../ports.ts';
import { patientMap } from '../runtime/bounded-map.ts';
import { readOwnRotation, targetOf } from './shared/own-rotation.ts';
import { pacedKits } from './shared/paced-kits.ts';
import { accessFor, installationOf, kitFailure } from './shared/reach-kit.ts';
import type { StepInput } from './shared/step.ts';

type Needs = Pick<Dependencies, 'kits' | 'secretVersions' | 'kitSecrets' | 'kitReach' | 'notifyOwner'> &
  ClockAndLog & { readonly gateways: Pick<Dependencies['records'], 'read'> };

/** How many kits are installed at once, and when one that does not answer gives its place to the next. */
const atOnce = 10;
const patienceMs = 2_000;

/**
 * Puts the credential into every kit of one shard, or of several, that does not have it. A kit that fails is recorded and does
 * not stop the others. While other shards wait for this one's place, kits that are tried for the first time and hang are left
 * for the next turn, in which there are only such: a dead tenth does not slow the rest.
 */
export const distributeShard = async (
  needs: Needs,
  input: StepInput & { readonly shard: ShardsOfCall },
): Promise<{ shard: ShardsOfCall; installed: number; failed: number }> => {
  const { gateway, rotation } = await readOwnRotation(needs.gateways, input);
  const stored = await needs.secretVersions.readVersion(gateway.secretArn, targetOf(gateway).versionId);
  if (!stored) throw new StepFailed(`Version ${targetOf(gateway).versionId} of the gateway's secret has no value.`);
  const values = [stored, await storedBefore(needs, gateway, rotation)].filter((one) => one !== undefined);
  const kits: Kit[] = [];
  let installed = 0;
  const valueFor = (kit: Kit): Stored | undefined =>
    values.find(({ credentialId }) => credentialId === dueCredential(rotation, kit));
  for (const shard of typeof input.shard === 'number' ? [input.shard] : input.shard)
    for await (const kit of needs.kits.ofShard(input.gatewayId, shard, gateway.shardCount)) {
      if (dueCredential(rotation, kit) === undefined) continue;
      const value = valueFor(kit);
      if (value && hasIt(kit, value)?.generation === rotation.generation) installed += 1;
      else kits.push(kit);
    }
  const triesOf = ({ work }: Kit): number => (work?.generation === rotation.generation ? work.attempts : 0);
  kits.sort((one, other) => triesOf(one) - triesOf(other)); // what fails again and again keeps nobody waiting
  const { paced, isWaiting } = pacedKits(needs);
  const leave = new AbortController();
  const onlySlowLeft = (): void => {
    if (gateway.shardCount > callsAtOnce) leave.abort();
  };
  const patience = { atOnce, patienceMs, isExcused: isWaiting, onlySlowLeft };
  const states = await patientMap(kits, patience, async (kit) => {
    const value = valueFor(kit);
    return value ? distributeTo(paced, input, kit, value, leave.signal) : 'FAILED';
  });
  const failed = states.filter((state) => state === 'FAILED').length;
  return { shard: input.shard, installed: installed + states.length - failed, failed };
};

/** What the kits of a bad wave get again. */
const storedBefore = async (
  { secretVersions }: Needs,
  gateway: Gateway,
  rotation: Rotation,
): Promise<Stored | undefined> => {
  const before = isInWaves(rotation) && rotation.waves.phase === 'GOING_BACK' ? wayBack(gateway, rotation) : undefined;
  return before && secretVersions.readVersion(gateway.secretArn, before.versionId);
};

/** The work of a kit that has this credential already. */
const hasIt = ({ work }: Kit, { credentialId }: Stored): KitWork | undefined =>
  work?.credentialId === credentialId && (work.state === 'INSTALLED' || work.state === 'WITH_OWNER') ? work : undefined;

/** Reads the record again before each kit: a pre-empted, held or turned rotation stops here (design: before each kit). */
const distributeTo = async (
  needs: Needs,
  input: StepInput,
  kit: Kit,
  stored: Stored,
  leave: AbortSignal,
): Promise<KitWork['state']> => {
  const { gateway, rotation } = await readOwnRotation(needs.gateways, input);
  if (rotation.held || dueCredential(rotation, kit) !== stored.credentialId) return 'PENDING';
  const base = { rotationId: rotation.rotationId, generation: rotation.generation, credentialId: stored.credentialId };
  const has = hasIt(kit, stored);
  if (has?.generation === rotation.generation) return has.state;
  if (has) {
    await needs.kits.saveWork(kit, { ...has, ...base }, gateway.shardCount);
    return has.state;
  }
  const startedAtMs = needs.now();
  const attempts = (kit.work?.generation === rotation.generation ? kit.work.attempts : 0) + 1;
  const kept = keptFailure(kit, stored.credentialId);
  const claim: KitWork = { ...base, state: 'PENDING', attempts, changedAtMs: startedAtMs, ...kept };
  // What the record says that a kit holds must not outlive a try that ended in the middle. Of one that holds nothing it says nothing.
  const isClaimed = kit.work !== undefined;
  if (isClaimed && !(await needs.kits.saveWork(kit, claim, gateway.shardCount))) return 'PENDING';
  const { acknowledged, ...outcome } = await install(
    needs,
    gateway,
    rotation,
    kit,
    stored,
    attempts === 1 ? leave : undefined,
  );
  const work = { ...base, attempts, changedAtMs: startedAtMs, ...outcome };
  const before = isClaimed ? { ...kit, work: claim } : kit;
  const isSaved = await needs.kits.saveWork(before, work, gateway.shardCount, acknowledged);
  return isSaved ? work.state : 'PENDING';
};

/** What came of one try, and what the kit's own endpoint said of it. */
type Outcome = Pick<KitWork, 'state' | 'failure' | 'readBack'> & { readonly acknowledged?: Acknowledgement };

/** Installs and reads back; whatever goes wrong is the kit's state and not this function's error (invariant 6: it never counts as installed). */
const install = async (
  needs: Needs,
  gateway: Gateway,
  rotation: Rotation,
  kit: Kit,
  stored: Stored,
  leave: AbortSignal | undefined,
): Promise<Outcome> => {
  const access = accessFor(needs, kit, { leave });
  const installation = installationOf(gateway, rotation, kit, stored);
  try {
    const kind = kitKindOf(kit.kind);
    const { state, acknowledged } = await kind.install(installation, kit.settings, access);
    const said = { credentialId: stored.credentialId, actor: `${kit.kind} ${kit.kitId}`, atMs: needs.now() };
    const readBack =
      state === 'INSTALLED' && kind.readBack ? await kind.readBack(installation, kit.settings, access) : undefined;
    return {
      state,
      ...(acknowledged ? { acknowledged: said } : {}),
      ...(readBack ? { readBack: { matches: readBack.matches, atMs: needs.now() } } : {}),
    };
  } catch (error) {
    if (leave?.aborted) return { state: 'PENDING' }; // it had little time: its next try has all of it
    const failure = kitFailure(error);
    needs.log('WARN', 'A kit could not be given the credential.', {
      gatewayId: kit.gatewayId,
      kitId: kit.kitId,
      credentialId: stored.credentialId,
      ...failure,
    });
    return { state: 'FAILED', failure };
  }
};
