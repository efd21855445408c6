import { type Decision, isRefusal, note, refuse, running } from './decision.ts';
import { type Gateway, hasReached, type KitSummary, type Rotation } from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';
import { usedUntilMs } from './policy.ts';

/** Arms our own probe: the nonce's hash goes into the record before the request goes out. An unread earlier probe leaves the quiet unproven. */
export type ArmProbe = {
  readonly kind: 'arm-probe';
  /** The rotation that asks; absent when the reconciler asks, which it may while none runs. */
  readonly rotationId?: RotationId;
  readonly nonceHash: string;
  readonly credentialId: CredentialId;
};

/** No quiet is proven any more: the window begins with the next check that proves recording, and so does verification. */
export const withoutQuiet = ({ quietSinceMs: _, ...rotation }: Rotation): Rotation => ({
  ...rotation,
  stage: rotation.stage === 'VERIFIED' ? 'DISTRIBUTED' : rotation.stage,
});

export const armProbe = (gateway: Gateway, command: ArmProbe, nowMs: number): Decision => {
  const { rotationId, nonceHash, credentialId } = command;
  const probe = { nonceHash, credentialId, armedAtMs: nowMs };
  if (rotationId === undefined)
    return gateway.rotation
      ? refuse('ROTATION_RUNNING', `Rotation ${gateway.rotation.rotationId} runs: probing is its own affair.`)
      : note(gateway, { probe });
  const rotation = running(gateway, rotationId);
  if (isRefusal(rotation)) return rotation;
  const unread = gateway.probe !== undefined && gateway.probe.credentialId === rotation.targetId;
  return note(gateway, { probe, rotation: unread ? withoutQuiet(rotation) : rotation });
};

/** What a check of the quiet saw: whether recording of use works, and the last use of any retiring credential. */
export type QuietChecked = {
  readonly kind: 'quiet-checked';
  readonly rotationId: RotationId;
  readonly nonceHash: string;
  readonly recordingProven: boolean;
  readonly lastUseMs?: number;
  readonly kitSummary: KitSummary;
};

/**
 * The quiet window begins at the last use of a retiring credential, or with the first check that proves recording: while
 * recording is not proven there is none (invariant 6), since use that was lost after a check would look like quiet.
 */
export const quietChecked = (gateway: Gateway, command: QuietChecked, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (gateway.probe?.nonceHash !== command.nonceHash)
    return refuse(
      'NO_PROOF',
      `Another probe of rotation ${rotation.rotationId} was armed since; this check says nothing.`,
    );
  const { probe: _, ...rest } = gateway;
  const summarised = { ...rotation, kitSummary: command.kitSummary };
  if (!hasReached(rotation, 'DISTRIBUTED')) return note(rest, { rotation: summarised });
  if (!command.recordingProven) return note(rest, { rotation: withoutQuiet(summarised) });
  const since = rotation.quietSinceMs ?? nowMs;
  const quietSinceMs = Math.max(since, usedUntilMs(gateway.policy, command.lastUseMs) ?? since);
  const restarted = quietSinceMs > since ? withoutQuiet(summarised) : summarised;
  return note(rest, { rotation: { ...restarted, quietSinceMs } });
};
