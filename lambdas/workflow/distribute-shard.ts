import { StepFailed } from '../domain/failure.ts';
import type { Gateway, Rotation } from '../domain/gateway.ts';
import { type Kit, type KitWork, keptFailure } from '../domain/kit.ts';
import { dueCredential, isInWaves, wayBack } from '../domain/waves.ts';
import { kitKindOf } from '../kits/kinds.ts';
import type { ClockAndLog, Dependencies, Stored } from '../ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { readOwnRotation, targetOf } from './shared/own-rotation.ts';
import { accessFor, installationOf, kitFailure } from './shared/reach-kit.ts';
import type { StepInput } from './shared/step.ts';

type Needs = Pick<Dependencies, 'kits' | 'secretVersions' | 'kitSecrets' | 'kitReach' | 'notifyOwner'> &
  ClockAndLog & { readonly gateways: Pick<Dependencies['records'], 'read'> };

/** How many kits of a shard are installed at once. */
const atOnce = 10;

/** Puts the credential into every kit of a shard that does not have it. A kit that fails is recorded and does not stop the others. */
export const distributeShard = async (
  needs: Needs,
  input: StepInput & { readonly shard: number },
): Promise<{ shard: number; installed: number; failed: number }> => {
  const { gateway, rotation } = await readOwnRotation(needs.gateways, input);
  const stored = await needs.secretVersions.readVersion(gateway.secretArn, targetOf(gateway).versionId);
  if (!stored) throw new StepFailed(`Version ${targetOf(gateway).versionId} of the gateway's secret has no value.`);
  const values = [stored, await storedBefore(needs, gateway, rotation)].filter((one) => one !== undefined);
  const kits: Kit[] = [];
  for await (const kit of needs.kits.ofShard(input.gatewayId, input.shard, gateway.shardCount))
    if (dueCredential(rotation, kit) !== undefined) kits.push(kit);
  const triesOf = ({ work }: Kit): number => (work?.generation === rotation.generation ? work.attempts : 0);
  kits.sort((one, other) => triesOf(one) - triesOf(other)); // what fails again and again keeps nobody waiting
  const states = await boundedMap(kits, atOnce, async (kit) => {
    const value = values.find(({ credentialId }) => credentialId === dueCredential(rotation, kit));
    return value ? distributeTo(needs, input, kit, value) : 'FAILED';
  });
  const failed = states.filter((state) => state === 'FAILED').length;
  return { shard: input.shard, installed: states.length - failed, failed };
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

/** Reads the record again before each kit: a pre-empted, held or turned rotation stops here (design: before each kit). */
const distributeTo = async (needs: Needs, input: StepInput, kit: Kit, stored: Stored): Promise<KitWork['state']> => {
  const { gateway, rotation } = await readOwnRotation(needs.gateways, input);
  if (rotation.held || dueCredential(rotation, kit) !== stored.credentialId) return 'PENDING';
  const base = { rotationId: rotation.rotationId, generation: rotation.generation, credentialId: stored.credentialId };
  const has =
    kit.work?.credentialId === stored.credentialId &&
    (kit.work.state === 'INSTALLED' || kit.work.state === 'WITH_OWNER')
      ? kit.work
      : undefined;
  if (has?.generation === rotation.generation) return has.state;
  if (has) {
    await needs.kits.saveWork(kit, { ...has, ...base }, gateway.shardCount);
    return has.state;
  }
  const startedAtMs = needs.now();
  const attempts = (kit.work?.generation === rotation.generation ? kit.work.attempts : 0) + 1;
  const kept = keptFailure(kit, stored.credentialId);
  const claim: KitWork = { ...base, state: 'PENDING', attempts, changedAtMs: startedAtMs, ...kept };
  if (!(await needs.kits.saveWork(kit, claim, gateway.shardCount))) return 'PENDING';
  const work = {
    ...base,
    attempts,
    changedAtMs: startedAtMs,
    ...(await install(needs, gateway, rotation, kit, stored)),
  };
  const isSaved = await needs.kits.saveWork({ ...kit, work: claim }, work, gateway.shardCount);
  return isSaved ? work.state : 'PENDING';
};

/** Installs and reads back; whatever goes wrong is the kit's state and not this function's error (invariant 6: it never counts as installed). */
const install = async (
  needs: Needs,
  gateway: Gateway,
  rotation: Rotation,
  kit: Kit,
  stored: Stored,
): Promise<Pick<KitWork, 'state' | 'failure' | 'readBack'>> => {
  const access = accessFor(needs, kit);
  const installation = installationOf(gateway, rotation, kit, stored);
  try {
    const kind = kitKindOf(kit.kind);
    const { state, acknowledged } = await kind.install(installation, kit.settings, access);
    if (acknowledged)
      await needs.kits.acknowledge(
        kit.gatewayId,
        kit.kitId,
        { credentialId: stored.credentialId, actor: `${kit.kind} ${kit.kitId}`, atMs: needs.now() },
        gateway.shardCount,
      );
    const readBack =
      state === 'INSTALLED' && kind.readBack ? await kind.readBack(installation, kit.settings, access) : undefined;
    return { state, ...(readBack ? { readBack: { matches: readBack.matches, atMs: needs.now() } } : {}) };
  } catch (error) {
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
