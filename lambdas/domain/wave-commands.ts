import { advance } from './advance.ts';
import { type By, by, type Decision, isRefusal, record, refuse, running, unchanged } from './decision.ts';
import type { Gateway, Rotation } from './gateway.ts';
import type { RotationId } from './ids.ts';
import type { Waves } from './wave.ts';
import type { WaveLook } from './wave-look.ts';
import { judgeWave } from './wave-verdict.ts';
import { isInWaves, waveSaid, wayBack } from './waves.ts';

type OfRotation = By & {
  readonly rotationId: RotationId;
  /** The {@link Gateway.transitionRevision} at which the kits were read. */
  readonly readAt: number;
};

/** The kits of a wave are chosen, and their base line is taken: from now on they are given the credential. */
export type OpenWave = OfRotation & {
  readonly kind: 'open-wave';
  readonly number: number;
  readonly kits: number;
  readonly failedChecks: number;
  /** Of the wave before it, when one is open. */
  readonly look?: WaveLook;
};

/** The wave is bad: its kits get the old credential again, or it is held when that was done before. */
export type WaveBad = OfRotation & { readonly kind: 'wave-bad'; readonly look: WaveLook };

/** Every kit of the bad wave has evidence for the old credential: a person decides. */
export type WaveReturned = OfRotation & {
  readonly kind: 'wave-returned';
  readonly number: number;
  readonly generation: number;
  readonly kits: number;
};

const notInWaves = ({ rotationId, stage, waves }: Rotation): Decision =>
  refuse(
    'WRONG_STAGE',
    `Rotation ${rotationId} is at ${stage}${waves ? `, ${waveSaid(waves)}, ${waves.phase}` : ' and goes in no waves'}.`,
  );

const isOutdated = (gateway: Gateway, readAt: number): Decision | undefined =>
  readAt === gateway.transitionRevision
    ? undefined
    : refuse(
        'NO_PROOF',
        `The kits were read at revision ${readAt} and the record has changed at ${gateway.transitionRevision}: read them again.`,
      );

/** The next wave opens only on the evidence of the one before it, judged once more here. */
export const openWave = (gateway: Gateway, command: OpenWave, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const { waves } = rotation;
  const { number, kits, failedChecks, look } = command;
  if (waves && waves.phase === 'OPEN' && waves.number === number && waves.kits === kits) return unchanged;
  if (!isInWaves(rotation) || rotation.waves.phase === 'GOING_BACK') return notInWaves(rotation);
  if (rotation.held)
    return refuse('HELD', `Rotation ${rotation.rotationId} is held by ${rotation.held.actor}: resume it first.`);
  const outdated = isOutdated(gateway, command.readAt);
  if (outdated) return outdated;
  const before = rotation.waves;
  const { plan, phase, wentBack } = before;
  const isLast = number === plan.length;
  if (number > plan.length || number < before.number || (kits === 0 && !isLast)) return notInWaves(rotation);
  const isEmptied = look?.kits === 0; // its kits left the registry: it is chosen anew
  const verdict = look && judgeWave(gateway, look, nowMs);
  if (phase === 'OPEN' && !(number > before.number && verdict?.kind === 'READY') && !isEmptied)
    return refuse('NO_PROOF', `${waveSaid(before)} of rotation ${rotation.rotationId} has not proven itself.`);
  const opened: Waves = {
    ...{ plan, number, phase: 'OPEN', openedAtMs: nowMs, kits, failedChecks },
    ...(wentBack ? { wentBack } : {}),
  };
  const detail = {
    ...{ wave: number, of: plan.length, kits, failedChecks },
    ...(verdict?.kind === 'READY' && look
      ? { proven: { wave: look.number, kits: look.kits, observed: look.observed, bakedSeconds: verdict.bakedSeconds } }
      : {}),
  };
  return record(gateway, { rotation: advance(rotation, { waves: opened }) }, nowMs, {
    ...by(command),
    kind: 'open-wave',
    detail,
  });
};

/** Once in a rotation a bad wave goes back by itself; what is bad after that is held, so that nothing goes to and fro. */
export const waveBad = (gateway: Gateway, command: WaveBad, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const { waves } = rotation;
  const isDone = waves?.number === command.look.number && (waves.phase === 'GOING_BACK' || waves.isBadAgain);
  if (isDone) return unchanged;
  if (!isInWaves(rotation)) return notInWaves(rotation);
  if (rotation.held)
    return refuse('HELD', `Rotation ${rotation.rotationId} is held by ${rotation.held.actor}: resume it first.`);
  const outdated = isOutdated(gateway, command.readAt);
  if (outdated) return outdated;
  const verdict = judgeWave(gateway, command.look, nowMs);
  if (verdict.kind !== 'BAD')
    return refuse('NO_PROOF', `${waveSaid(rotation.waves)} of rotation ${rotation.rotationId} shows nothing bad.`);
  const { bakingSinceMs: _, ...before } = rotation.waves;
  const { number, plan, wentBack } = before;
  const { kits, observed, refused, failedChecks, named, failing } = command.look;
  const goesBack = wentBack === undefined && wayBack(gateway, rotation) !== undefined;
  const detail = { wave: number, of: plan.length, goesBack, kits, observed, refused, failedChecks, named, failing };
  const entry = { ...by(command), kind: 'wave-bad', detail };
  if (!goesBack) {
    const held = { ...by(command), atMs: nowMs };
    return record(gateway, { rotation: { ...rotation, held, waves: { ...before, isBadAgain: true } } }, nowMs, entry);
  }
  const generation = gateway.generation + 1;
  const back: Waves = { ...before, phase: 'GOING_BACK', wentBack: { wave: number, atMs: nowMs, why: verdict.why } };
  return record(gateway, { generation, rotation: { ...rotation, generation, waves: back } }, nowMs, {
    ...entry,
    ...(rotation.fromCredentialId ? { credentialIds: [rotation.fromCredentialId] } : {}),
  });
};

/** The rotation is held with the evidence in the same write; resuming tries the wave again. */
export const waveReturned = (gateway: Gateway, command: WaveReturned, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const { waves } = rotation;
  if (waves?.phase === 'TO_OPEN' && waves.wentBack?.wave === command.number) return unchanged;
  if (!isInWaves(rotation) || rotation.waves.phase !== 'GOING_BACK' || rotation.generation !== command.generation)
    return notInWaves(rotation);
  const outdated = isOutdated(gateway, command.readAt);
  if (outdated) return outdated;
  const { plan, number, wentBack } = rotation.waves;
  const held = rotation.held ?? { ...by(command), atMs: nowMs };
  const next: Waves = { plan, number, phase: 'TO_OPEN', ...(wentBack ? { wentBack } : {}) };
  return record(gateway, { rotation: advance(rotation, { held, waves: next }) }, nowMs, {
    ...by(command),
    kind: 'wave-returned',
    detail: { wave: number, of: plan.length, kits: command.kits },
  });
};

/** What a resume forgives: a wave that was held because it was bad again is judged by what comes from now on. */
export const resumedWaves = ({ waves }: Rotation, nowMs: number): Pick<Rotation, 'waves'> => {
  if (!waves?.isBadAgain) return {};
  const { isBadAgain: _, risenSinceMs: _r, ...rest } = waves;
  return { waves: { ...rest, openedAtMs: nowMs } };
};
