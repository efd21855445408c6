import { useDelaySeconds, usedUntilMs } from './authority.ts';
import { type Decision, isRefusal, note, refuse, running, unchanged, withCredential } from './decision.ts';
import {
  clockSkewMs,
  type Gateway,
  hasReached,
  type KitSummary,
  liveCredential,
  type QuietBreak,
  type Rotation,
  timeOf,
} from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';
import { longestUnwatchedMs, type Policy } from './policy.ts';

import { contradicts, withShownUse } from './shown-use.ts';
import { type WaveLook, withLook } from './wave-look.ts';
import { isInWaves } from './waves.ts';

/** Arms our own probe: the nonce's hash goes into the record before the request goes out. An unread earlier probe leaves the quiet unproven. */
export type ArmProbe = {
  readonly kind: 'arm-probe';
  /** The rotation that asks; absent when the reconciler asks, which it may while none runs. */
  readonly rotationId?: RotationId;
  readonly nonceHash: string;
  readonly credentialId: CredentialId;
};

/** No quiet is proven any more: the window begins with the next check that proves recording, and so do verification and the time in which a wave proves itself. */
export const withoutQuiet = (
  { quietSinceMs, watchedAtMs: _, ...rotation }: Rotation,
  why: QuietBreak,
  atMs: number,
): Rotation => ({
  ...unbaked(rotation),
  stage: rotation.stage === 'VERIFIED' ? 'DISTRIBUTED' : rotation.stage,
  ...(quietSinceMs === undefined ? {} : { quietBroken: { atMs, why } }),
});

const unbaked = ({ waves, ...rotation }: Rotation): Rotation => {
  if (!waves) return rotation;
  const { bakingSinceMs: _, ...rest } = waves;
  return { ...rotation, waves: rest };
};

/** A probe that was armed no longer ago may still be under way: the reconciler and a pass of VerifyKits may watch at the same time. */
const probeAnsweredWithinMs = 15_000;

/** Whether somebody's probe was sent and may not be answered yet; another one would take its place in the record. */
export const isProbeUnderWay = ({ probe }: Gateway, nowMs: number): boolean =>
  probe !== undefined && nowMs - probe.armedAtMs <= probeAnsweredWithinMs;

export const armProbe = (gateway: Gateway, command: ArmProbe, nowMs: number): Decision => {
  const { rotationId, nonceHash, credentialId } = command;
  if (gateway.probe?.nonceHash === nonceHash) return { kind: 'unchanged' }; // the answer to this very write was lost
  const probe = { nonceHash, credentialId, armedAtMs: nowMs };
  const marked = probed(gateway, credentialId, nowMs);
  if (rotationId === undefined)
    return gateway.rotation
      ? refuse('ROTATION_RUNNING', `Rotation ${gateway.rotation.rotationId} runs: probing is its own affair.`)
      : note(gateway, { ...marked, probe }, nowMs);
  const rotation = running(gateway, rotationId);
  if (isRefusal(rotation)) return rotation;
  const { probe: before } = gateway;
  const unread = before !== undefined && before.credentialId === rotation.targetId && !isProbeUnderWay(gateway, nowMs);
  const armed = unread ? withoutQuiet(rotation, 'RECORDING_NOT_PROVEN', nowMs) : rotation;
  return note(gateway, { ...marked, probe, rotation: armed }, nowMs);
};

/** PingOne shows our own probe as a use: it is written down before it is sent, as it may be lost how it came out. */
const probed = (gateway: Gateway, credentialId: CredentialId, nowMs: number): Partial<Gateway> => {
  if (!gateway.authority) return {};
  const isAgain = liveCredential(gateway, credentialId)?.probedUntilMs !== undefined;
  const probedUntilMs = nowMs + probeAnsweredWithinMs;
  return { live: withCredential(gateway, credentialId, { probedUntilMs, ...(isAgain ? { probedAgain: true } : {}) }) };
};

/** What a check of the quiet saw: whether recording of use works, and, if the kits were read too, the last use of any retiring credential. */
export type QuietChecked = {
  readonly kind: 'quiet-checked';
  readonly rotationId: RotationId;
  /** Of the probe that proved it; absent where PingOne itself shows the use: there a list that was read proves it. */
  readonly nonceHash?: string;
  readonly recordingProven: boolean;
  readonly lastUseMs?: number;
  /** What PingOne showed of each credential, where it is the authority. */
  readonly shown?: Parameters<typeof withShownUse>[1];
  /** Absent when nothing but the watching was checked. */
  readonly kitSummary?: KitSummary;
  /** What was seen of the kits of the open wave. */
  readonly wave?: WaveLook;
};

/** Why the chain of checks is broken before this one, if it is: the time in between says nothing of anybody's use. */
const chainBroken = (gateway: Gateway, rotation: Rotation, clockMs: number): QuietBreak | undefined => {
  if (clockMs < gateway.writtenAtMs - clockSkewMs) return 'CLOCK_SET_BACK';
  return isWatched(gateway.policy, rotation, timeOf(gateway, clockMs)) ? undefined : 'NOT_WATCHED';
};

/**
 * Whoever watches was away and comes back, so the chain of checks ends: its clock may have been set back and have run on
 * meanwhile, and then a long absence looks like none.
 */
export type WatchAgain = { readonly kind: 'watch-again' };
export const watchAgain = (gateway: Gateway, nowMs: number): Decision => {
  const { rotation } = gateway;
  if (rotation?.quietSinceMs === undefined && rotation?.waves?.bakingSinceMs === undefined) return unchanged;
  return note(gateway, { rotation: withoutQuiet(rotation, 'RESTARTED', nowMs) }, nowMs);
};

/** Whether the last proof of watching is fresh enough for quiet to go on. */
export const isWatched = (policy: Policy, { watchedAtMs }: Rotation, nowMs: number): boolean =>
  watchedAtMs !== undefined && nowMs - watchedAtMs <= longestUnwatchedMs(policy);

/**
 * Quiet is watched time. The window begins at the last use of a retiring credential, or with the first check that proves
 * recording, and counts only in a chain of such checks: one that fails (invariant 6), a gap, or a clock that was set back
 * begins it again, since nobody can say what was not recorded meanwhile. `clockMs` is what the clock says.
 */
export const quietChecked = (gateway: Gateway, command: QuietChecked, clockMs: number): Decision => {
  const nowMs = timeOf(gateway, clockMs);
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const isItsProbe = command.nonceHash !== undefined && gateway.probe?.nonceHash === command.nonceHash;
  if (gateway.authority === undefined && !isItsProbe)
    return refuse(
      'NO_PROOF',
      `Another probe of rotation ${rotation.rotationId} was armed since; this check says nothing.`,
    );
  const { probe: _, ...rest } = command.shown ? withShownUse(gateway, command.shown) : gateway;
  const seen = command.kitSummary ? { ...rotation, kitSummary: command.kitSummary } : rotation;
  const save = (next: Rotation): Decision => note(rest, { rotation: next }, nowMs);
  const inWaves = isInWaves(rotation);
  if (!hasReached(rotation, 'DISTRIBUTED') && !inWaves) return save(seen);
  const isProven = command.recordingProven && !contradicts(gateway, rotation.retireIds, command.shown ?? []);
  if (!isProven) return save(withoutQuiet(seen, 'RECORDING_NOT_PROVEN', nowMs));
  const broken = chainBroken(gateway, rotation, clockMs);
  const chained = broken ? withoutQuiet(seen, broken, nowMs) : seen;
  if (inWaves) return save(withLook({ ...chained, watchedAtMs: nowMs }, command.wave, nowMs));
  // A use before the first look may still be on its way to being shown; one that is recorded by us is not.
  const since = chained.quietSinceMs ?? nowMs + (gateway.authority ? useDelaySeconds(gateway) * 1000 : 0);
  const quietSinceMs = Math.max(since, usedUntilMs(gateway, command.lastUseMs) ?? since);
  const restarted = quietSinceMs > since ? withoutQuiet(chained, 'USED', nowMs) : chained;
  return save({ ...restarted, quietSinceMs, watchedAtMs: nowMs });
};
