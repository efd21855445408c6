import type { Rotation } from '../../lambdas/domain/gateway.ts';
import type { Use } from '../../lambdas/domain/kit.ts';
import { judgeKit } from '../../lambdas/domain/kit-verdict.ts';
import type { Command } from '../../lambdas/domain/transition.ts';
import { candidateOf, chooseKits } from '../../lambdas/domain/wave-candidates.ts';
import { lookAtShard, type WaveLook } from '../../lambdas/domain/wave-look.ts';
import { judgeWave } from '../../lambdas/domain/wave-verdict.ts';
import { chosenWave, dueCredential, type InWaves, isInWaves, isOfWave } from '../../lambdas/domain/waves.ts';
import { accepts, apply, type ModelKit, moved, probe, type World } from './model.ts';
import { install, readBack, type Task } from './model-workflow.ts';

const by = { actor: 'workflow', reason: 'as the record says' } as const;
const done = (world: World, command: Command): boolean => apply(world, command).kind !== 'refused';
const usesOf = (world: World, { kit }: ModelKit): readonly Use[] =>
  [...world.recorded.values()].map(({ use }) => use).filter(({ kitId }) => kitId === kit.kitId);

/** One look of the workflow at a rotation in waves; it yields wherever it can be interrupted. */
export function* verifyWave(world: World, rotation: Rotation): Task {
  if (!isInWaves(rotation)) return;
  if (rotation.waves.phase === 'TO_OPEN') return yield* openNext(world, rotation, undefined);
  for (const one of world.kits) readBack(world, one);
  const readAt = world.gateway.transitionRevision;
  const look = lookNow(world, rotation);
  yield;
  if (rotation.waves.phase === 'GOING_BACK') {
    const { rotationId, generation, waves } = rotation;
    const back = { number: waves.number, generation, kits: look.kits };
    const command = { kind: 'wave-returned', rotationId, readAt, ...back, ...by } as const;
    if (look.updated === look.kits) done(world, command);
    else yield* giveDue(world, rotation);
    return;
  }
  yield* lookForward(world, rotation, look, readAt);
}

function* lookForward(world: World, rotation: InWaves, look: WaveLook, readAt: number): Task {
  const { rotationId, targetId } = rotation;
  if (!targetId) return;
  const nonceHash = `n${++world.names}`;
  if (!done(world, { kind: 'arm-probe', rotationId, nonceHash, credentialId: targetId })) return;
  yield;
  const recordingProven = probe(world) && accepts(world, targetId);
  yield;
  if (!done(world, { kind: 'quiet-checked', rotationId, nonceHash, recordingProven, wave: look })) return;
  const verdict = judgeWave(world.gateway, look, world.nowMs);
  yield;
  if (verdict.kind === 'BAD') done(world, { kind: 'wave-bad', rotationId, readAt, look, ...by });
  else if (verdict.kind === 'READY' || look.kits === 0) yield* openNext(world, rotation, look);
  else yield* giveDue(world, rotation);
}

const lookNow = (world: World, rotation: InWaves): WaveLook => {
  const { generation } = rotation;
  const { useRecordingSeconds, longestWaitSeconds } = world.gateway.policy;
  const due = world.kits.filter(({ kit }) => dueCredential(rotation, kit) !== undefined);
  const verdicts = due.flatMap((one) => {
    const targetId = dueCredential(rotation, one.kit);
    return targetId
      ? [
          judgeKit(
            one.kit,
            usesOf(world, one),
            { targetId, generation, useRecordingSeconds, longestWaitSeconds },
            world.nowMs,
          ),
        ]
      : [];
  });
  const kits = due.map(({ kit }) => kit);
  const ofKit = (kitId: string) =>
    [...world.recorded.values()].map(({ use }) => use).filter((use) => use.kitId === kitId);
  const look = lookAtShard(rotation, kits, verdicts, ofKit);
  const ofWave = world.kits.filter(({ kit }) => isOfWave(rotation, kit));
  const isSpoilt = ({ kit }: ModelKit): boolean =>
    world.spoilt.some(
      ({ kitId, nowMs }) =>
        kitId === kit.kitId &&
        nowMs > (rotation.waves.openedAtMs ?? 0) &&
        nowMs >= (kit.work?.changedAtMs ?? Number.POSITIVE_INFINITY),
    );
  world.waveTruths.set(look, {
    notMoved: ofWave.filter((one) => !moved(world, one, rotation.targetId)).map(({ kit }) => kit.kitId),
    spoilt: ofWave.filter(isSpoilt).map(({ kit }) => kit.kitId),
  });
  return look;
};

/** Gives every kit whose wave has come what it shall hold by now. */
function* giveDue(world: World, rotation: InWaves): Task {
  for (const one of [...world.kits]) {
    const now = world.gateway.rotation;
    if (now?.generation !== rotation.generation || now.held) return;
    const due = dueCredential(rotation, one.kit);
    const { work } = one.kit;
    const lacks = work?.credentialId !== due || work?.state === 'FAILED' || work?.readBack?.matches === false;
    if (due && lacks) {
      install(world, one, { ...rotation, targetId: due });
      yield;
    }
  }
}

function* openNext(world: World, rotation: InWaves, look: WaveLook | undefined): Task {
  const { rotationId, waves } = rotation;
  const readAt = world.gateway.transitionRevision;
  const candidates = world.kits.map((one) =>
    candidateOf(one.kit, usesOf(world, one), chosenWave(rotation, one.kit), world.nowMs),
  );
  const { plan } = waves;
  for (let number = waves.number + (look && look.kits > 0 ? 1 : 0); number < plan.length; number++) {
    const { chosen, added } = chooseKits(plan, number, candidates);
    for (const one of world.kits)
      if (added.some(({ kitId }) => kitId === one.kit.kitId)) {
        one.kit = { ...one.kit, wave: { rotationId, number } };
        yield;
      }
    if (chosen.length > 0) return open(world, rotation, readAt, number, chosen.length, look);
  }
  open(world, rotation, readAt, plan.length, world.kits.length, look);
}

const open = (
  world: World,
  rotation: InWaves,
  readAt: number,
  number: number,
  kits: number,
  look: WaveLook | undefined,
): void => {
  const { rotationId } = rotation;
  const command = { kind: 'open-wave', rotationId, readAt, number, kits, failedChecks: 0, ...by } as const;
  done(world, look ? { ...command, look } : command);
};

/** A node of a kit presents what is no credential; the policy check keeps it beside its use while a wave is open. */
export const spoil = (world: World, one: ModelKit, which: number): void => {
  const { rotation } = world.gateway;
  if (!isInWaves(rotation) || rotation.waves.phase !== 'OPEN' || world.recordingFails) return;
  const address = one.nodes[which]?.address;
  for (const found of world.recorded.values())
    if (found.use.kitId === one.kit.kitId && found.use.address === address) {
      found.use = { ...found.use, refused: { code: 'CREDENTIAL_MALFORMED', atMs: world.nowMs } };
      world.spoilt.push({ kitId: one.kit.kitId, nowMs: world.nowMs });
    }
};
