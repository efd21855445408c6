import { cutOffIn, uncoveredBy } from '../../lambdas/domain/cut-off.ts';
import { leftToConfirm, leftToRetire } from '../../lambdas/domain/decision.ts';
import {
  type Gateway,
  hasReached,
  liveCredential,
  maxLiveCredentials,
  type Rotation,
} from '../../lambdas/domain/gateway.ts';
import type { Use } from '../../lambdas/domain/kit.ts';
import { judgeKit } from '../../lambdas/domain/kit-verdict.ts';
import {
  addShard,
  type EvidenceSummary,
  emptySummary,
  judgeRevocation,
  kitSummaryOf,
} from '../../lambdas/domain/may-revoke.ts';
import { nextStage, overdue } from '../../lambdas/domain/next-stage.ts';
import { noRetiringUse, withRetiringUse } from '../../lambdas/domain/retiring-use.ts';
import type { Command } from '../../lambdas/domain/transition.ts';
import { isInWaves } from '../../lambdas/domain/waves.ts';
import { accepts, apply, credentialId, type ModelKit, probe, truthNow, type World } from './model.ts';
import { verifyWave } from './model-waves.ts';

/** A task of the workflow: it can be stopped for good, or for a while, wherever it yields. */
export type Task = Generator<undefined, void, undefined>;

const by = { actor: 'workflow', reason: 'as the record says' } as const;

/** Does a command of a task; a refusal ends the task as its error would. */
const done = (world: World, command: Command): boolean => apply(world, command).kind !== 'refused';

function* createCredential(world: World, { rotationId }: Rotation): Task {
  const rotation = (): Rotation | undefined =>
    world.gateway.rotation?.rotationId === rotationId ? world.gateway.rotation : undefined;
  if (!rotation()?.targetId) {
    const doomed = world.gateway.live.find((one) => one.compromised && one.origin.kind !== 'foreign');
    if (world.gateway.live.length >= maxLiveCredentials && doomed) {
      if (!done(world, { kind: 'evict', rotationId, credentialId: doomed.credentialId, ...by })) return;
      yield;
    }
    const id = world.versions.get(rotationId) ?? credentialId(`c-${rotationId}`);
    world.versions.set(rotationId, id);
    yield;
    const minted = { credentialId: id, digest: `digest of ${id}`, versionId: rotationId };
    if (!done(world, { kind: 'created', rotationId, ...minted, ...by })) return;
    yield;
  }
  const target = liveCredential(world.gateway, rotation()?.targetId);
  if (!target) return;
  const { credentialId: id, versionId } = target;
  if (!done(world, { kind: 'arm-probe', rotationId, nonceHash: `n${++world.names}`, credentialId: id })) return;
  yield;
  if (!accepts(world, id)) return;
  world.accepted.add(id);
  if (!done(world, { kind: 'accepted', rotationId, credentialId: id, ...by })) return;
  yield;
  if (!done(world, { kind: 'promoting', rotationId, credentialId: id, ...by })) return;
  yield;
  // The label moves only for the run that the record names: its fence is the version that AWSCURRENT is on.
  const named = rotation();
  if (named?.targetId !== id || hasReached(named, 'PROMOTED')) return;
  if (versionId !== undefined) world.current = versionId; // the model's gateways make every credential themselves
  world.handedOut.add(id);
  yield;
  done(world, { kind: 'promoted', rotationId, credentialId: id, ...by });
}

/** Installs into one kit; writes to its item of an older generation than another run's fail. */
export const install = (world: World, one: ModelKit, rotation: Rotation): void => {
  const { targetId, generation, rotationId } = rotation;
  if (!targetId || (one.kit.work && one.kit.work.generation > generation)) return;
  world.handedOut.add(targetId);
  const { installedBy } = one.kit.traits;
  if (!one.installFails && installedBy === 'us') one.installed = targetId;
  const state = one.installFails ? 'FAILED' : installedBy === 'owner' ? 'WITH_OWNER' : 'INSTALLED';
  const same = one.kit.work?.credentialId === targetId && one.kit.work.state === state;
  const changedAtMs = same ? (one.kit.work?.changedAtMs ?? world.nowMs) : world.nowMs;
  one.kit = {
    ...one.kit,
    work: { rotationId, generation, credentialId: targetId, state, attempts: 1, changedAtMs },
  };
};

function* distributeCredential(world: World, rotation: Rotation): Task {
  for (const one of [...world.kits]) {
    if (world.gateway.rotation?.generation !== rotation.generation) return;
    install(world, one, rotation);
    yield;
  }
  const { rotationId, generation } = rotation;
  const readAt = world.gateway.transitionRevision;
  done(world, { kind: 'distributed', readAt, rotationId, generation, kits: world.kits.length, failed: 0, ...by });
}

/** Reads back what the kit holds: its nodes, or only its configuration. */
export const readBack = (world: World, one: ModelKit): void => {
  const { work, traits } = one.kit;
  if (!work || traits.readBackProves === 'nothing' || one.installFails) return;
  const matches =
    traits.readBackProves === 'store'
      ? one.installed === work.credentialId
      : one.nodes.every((node) => node.holds === work.credentialId);
  one.kit = { ...one.kit, work: { ...work, readBack: { matches, atMs: world.nowMs } } };
};

/** Everything recorded, as one shard: what is known of each kit, and the use of what retires. */
const readKits = (world: World, gateway: Gateway, rotation: Rotation) => {
  const { targetId, generation, retireIds } = rotation;
  if (!targetId) return undefined;
  const uses = [...world.recorded.values()].map((one) => one.use);
  const { useRecordingSeconds, longestWaitSeconds } = gateway.policy;
  const expected = { targetId, generation, useRecordingSeconds, longestWaitSeconds };
  const verdicts = world.kits.map(({ kit }) =>
    judgeKit(
      kit,
      uses.filter((one) => one.kitId === kit.kitId),
      expected,
      world.nowMs,
    ),
  );
  return { verdicts, retiring: uses.filter((one) => retireIds.includes(one.credentialId)) };
};

const isRegistered =
  (world: World) =>
  (id: string): boolean =>
    world.kits.some(({ kit }) => kit.kitId === id);

const evidenceSummaryOf = (world: World, gateway: Gateway, rotation: Rotation): EvidenceSummary => {
  const read = readKits(world, gateway, rotation);
  if (!read) return emptySummary;
  const known = isRegistered(world);
  const retiring = read.retiring.reduce((sum, use) => withRetiringUse(sum, use, known), noRetiringUse);
  return addShard(emptySummary, 0, read.verdicts, retiring);
};

/** Who would be cut off now. */
export const cutOffNow = (world: World, gateway: Gateway, rotation: Rotation): readonly string[] => {
  const read = readKits(world, gateway, rotation);
  const isStranger = ({ kitId }: Use): boolean => kitId === undefined || !isRegistered(world)(kitId);
  return read ? cutOffIn(read.verdicts, read.retiring.filter(isStranger)) : [];
};

function* verifyKits(world: World, rotation: Rotation): Task {
  const { rotationId, targetId } = rotation;
  if (!targetId) return;
  if (isInWaves(rotation)) return yield* verifyWave(world, rotation);
  for (const one of world.kits) readBack(world, one);
  const summary = evidenceSummaryOf(world, world.gateway, rotation);
  yield;
  const nonceHash = `n${++world.names}`;
  if (!done(world, { kind: 'arm-probe', rotationId, nonceHash, credentialId: targetId })) return;
  yield;
  const recordingProven = probe(world) && accepts(world, targetId);
  yield;
  const { lastUseMs } = summary;
  const kitSummary = kitSummaryOf(summary, world.nowMs);
  const saw = { nonceHash, recordingProven, kitSummary, ...(lastUseMs === undefined ? {} : { lastUseMs }) };
  if (!done(world, { kind: 'quiet-checked', rotationId, ...saw })) return;
  const { gateway } = world;
  const verdict = judgeRevocation(gateway, summary, world.nowMs);
  yield;
  if (verdict.mayRevoke && recordingProven)
    done(world, { kind: 'verified', rotationId, readAt: gateway.transitionRevision, detail: {}, ...by });
  else if (summary.redoShards.length > 0)
    for (const one of world.kits)
      if (
        one.kit.work?.credentialId !== targetId ||
        one.kit.work.state !== 'INSTALLED' ||
        one.kit.work.readBack?.matches === false
      ) {
        install(world, one, rotation);
        yield;
      }
}

/** What the reconciler does every minute while a rotation waits for quiet. */
export const watch = (world: World): void => {
  const { rotation } = world.gateway;
  if (!rotation?.targetId || !(hasReached(rotation, 'DISTRIBUTED') || isInWaves(rotation))) return;
  const { rotationId, targetId } = rotation;
  const nonceHash = `n${++world.names}`;
  if (!done(world, { kind: 'arm-probe', rotationId, nonceHash, credentialId: targetId })) return;
  const recordingProven = probe(world) && accepts(world, targetId);
  done(world, { kind: 'quiet-checked', rotationId, nonceHash, recordingProven });
};

function* revokeCredential(world: World, rotation: Rotation): Task {
  const { gateway } = world;
  const { rotationId } = rotation;
  const { transitionRevision: readAt } = gateway;
  const dead = overdue(gateway, world.nowMs);
  if (dead.length > 0) {
    yield;
    done(world, { kind: 'revoke', rotationId, credentialIds: dead, readAt, ...by });
    return;
  }
  const credentialIds = leftToRetire(gateway, rotation).filter(
    (id) => liveCredential(gateway, id)?.origin.kind !== 'foreign',
  );
  const verdict = judgeRevocation(gateway, evidenceSummaryOf(world, gateway, rotation), world.nowMs);
  const truth = truthNow(world);
  const cutOff = cutOffNow(world, gateway, rotation);
  yield;
  if (!verdict.mayRevoke && !rotation.forced) {
    done(world, { kind: 'invalidate-evidence', rotationId, ...by });
    return;
  }
  const { kitsHash } = rotation.forced ?? {};
  const uncovered = kitsHash === undefined ? [] : uncoveredBy(kitsHash, world.shown.get(kitsHash) ?? [], cutOff);
  if (kitsHash !== undefined && uncovered.length > 0) {
    done(world, { kind: 'drop-force', rotationId, kitsHash, uncovered: uncovered.length, named: uncovered, ...by });
    return;
  }
  const covered = kitsHash === undefined ? {} : { coveredBy: kitsHash };
  const command: Command = { kind: 'revoke', rotationId, credentialIds, readAt, verdict, ...covered, ...by };
  world.truths.set(command, truth);
  world.cutOff.set(command, cutOff);
  done(world, command);
}

/** Asks without waiting for the propagation bound: the record has to know better. */
function* confirmRevoked(world: World, { rotationId }: Rotation): Task {
  for (const id of leftToConfirm(world.gateway)) {
    if (!done(world, { kind: 'arm-probe', rotationId, nonceHash: `n${++world.names}`, credentialId: id })) return;
    yield;
    const refusedAtMs = world.nowMs;
    if (accepts(world, id)) return;
    yield;
    done(world, { kind: 'confirm', credentialId: id, refusedAtMs, ...by });
    yield;
  }
  if (nextStage(world.gateway, world.nowMs) === 'ConfirmRevoked') done(world, { kind: 'complete', rotationId, ...by });
}

/** The task that the workflow would run now. */
export const startTask = (world: World): Task | undefined => {
  const { rotation } = world.gateway;
  const stage = nextStage(world.gateway, world.nowMs);
  if (!rotation || !stage || stage === 'RotationHeld') return undefined;
  return {
    CreateCredential: createCredential,
    DistributeCredential: distributeCredential,
    VerifyKits: verifyKits,
    RevokeCredential: revokeCredential,
    ConfirmRevoked: confirmRevoked,
  }[stage](world, rotation);
};
