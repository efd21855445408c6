import { randomUUID } from 'node:crypto';
import { addVersion, attach, CURRENT, detach, holderOf, PENDING } from './labels.ts';
import { windowAfter } from './schedule.ts';
import { newVersion, type Rotation, type RotationWindow, type Secret, type Version, type World } from './state.ts';

/** The version that an unfinished rotation left: AWSPENDING on anything but the current version. */
export const unfinishedVersion = (secret: Secret): Version | undefined => {
  const pending = holderOf(secret, PENDING);
  return pending && !pending.stages.includes(CURRENT) ? pending : undefined;
};

/** Begins a rotation: an empty version with AWSPENDING, which the function fills. A version that is there already is used again. */
export const beginRotation = (
  world: World,
  secret: Secret,
  rotation: Rotation,
  begin: { readonly token: string; readonly testOnly: boolean; readonly window: RotationWindow },
): void => {
  const { token, testOnly, window } = begin;
  if (!secret.versions.some(({ versionId }) => versionId === token)) {
    const version = newVersion(world, token);
    addVersion(secret, version, world.nowMs);
    attach(secret, version, PENDING);
  }
  rotation.underWay = {
    token,
    rotationToken: randomUUID(),
    testOnly,
    windowEndsAtMs: window.endsAtMs,
    attempts: 0,
    nextAttemptAtMs: world.nowMs,
  };
};

/** A version made by hand gives up the rotation under way: AWSPENDING is removed ("RotationAbandoned"). */
export const abandonRotation = (secret: Secret): void => {
  if (!secret.rotation?.enabled) return;
  const unfinished = unfinishedVersion(secret);
  if (unfinished) detach(unfinished, PENDING);
  secret.rotation.underWay = undefined;
};

/** "Manually updating the secret value by calling PutSecretValue or UpdateSecret is considered a valid rotation" (RotationRulesType). */
export const countManualUpdate = (world: World, secret: Secret): void => {
  if (!secret.rotation) return;
  secret.rotation.countedFromMs = world.nowMs;
  scheduleNext(world, secret.rotation);
};

/** Plans the next window after the one that is open now. */
export const scheduleNext = ({ nowMs }: World, rotation: Rotation): void => {
  const { rules, nextWindow } = rotation;
  const isInWindow = nextWindow !== undefined && nextWindow.startsAtMs <= nowMs;
  const afterMs = isInWindow ? Math.max(nowMs, nextWindow.endsAtMs) : nowMs;
  rotation.nextWindow = rules && rotation.enabled ? windowAfter(rules, rotation, afterMs) : undefined;
};
