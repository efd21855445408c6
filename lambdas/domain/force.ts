import { type By, by, type Decision, isRefusal, record, refuse, running, unchanged } from './decision.ts';
import { type Gateway, hasReached } from './gateway.ts';
import type { RotationId } from './ids.ts';

type OfRotation = By & { readonly rotationId: RotationId };

/**
 * The number of kits that will be cut off and the hash of the list repeat what the person was shown: it covers these and
 * nobody else. Without a hash (a policy decided beforehand) it covers everybody.
 */
export type Force = OfRotation & { readonly kind: 'force'; readonly kits: number; readonly kitsHash?: string };

/** Somebody would be cut off whom the author of the force was not shown: what he confirmed says nothing of them. */
export type DropForce = OfRotation & {
  readonly kind: 'drop-force';
  readonly kitsHash: string;
  /** How many they are, and the first of them. */
  readonly uncovered: number;
  readonly named: readonly string[];
};

/** A named person takes it on himself to cut off the kits that did not move (invariant 2). */
export const force = (gateway: Gateway, command: Force, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const { kitsHash } = command;
  if (rotation.forced && (rotation.forced.kitsHash === undefined || rotation.forced.kitsHash === kitsHash))
    return unchanged;
  if (!hasReached(rotation, 'DISTRIBUTED') || !rotation.targetId)
    return refuse(
      'WRONG_STAGE',
      rotation.targetId
        ? `Rotation ${rotation.rotationId} is at ${rotation.stage}: it can be forced once its credential is distributed.`
        : `Rotation ${rotation.rotationId} has no credential: there is nothing to force.`,
    );
  if (rotation.held)
    return refuse('HELD', `Rotation ${rotation.rotationId} is held by ${rotation.held.actor}: resume it first.`);
  const covers = kitsHash === undefined ? {} : { kitsHash };
  const forced = { ...by(command), atMs: nowMs, kits: command.kits, ...covers };
  return record(gateway, { rotation: { ...rotation, forced } }, nowMs, {
    ...by(command),
    kind: 'force',
    detail: { kits: command.kits, ...covers },
  });
};

/** The rotation goes on under the rule of everybody; a force that another person confirmed meanwhile stays. */
export const dropForce = (gateway: Gateway, command: DropForce, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  const { forced, ...rest } = rotation;
  if (forced?.kitsHash !== command.kitsHash) return unchanged;
  const { uncovered, named, kitsHash } = command;
  return record(gateway, { rotation: rest }, nowMs, {
    ...by(command),
    kind: 'drop-force',
    detail: { forcedBy: forced.actor, kitsHash, uncovered, named },
  });
};
