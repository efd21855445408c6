import { advance } from './advance.ts';
import { type By, by, type Decision, isRefusal, record, refuse, running, unchanged } from './decision.ts';
import { type Gateway, hasReached } from './gateway.ts';
import type { RotationId } from './ids.ts';
import { isInWaves, waveSaid } from './waves.ts';

type OfRotation = By & { readonly rotationId: RotationId };

/** The steps of a rotation from the kits' first distribution to their proof, each recorded once it is done; a repeated one changes nothing (invariant 5). */
export type Distributed = OfRotation & {
  readonly kind: 'distributed';
  /** The {@link Gateway.transitionRevision} at which the kits were read. */
  readonly readAt: number;
  readonly generation: number;
  readonly kits: number;
  readonly failed: number;
};
export type Verified = OfRotation & {
  readonly kind: 'verified';
  /** The {@link Gateway.transitionRevision} at which the evidence was read. */
  readonly readAt: number;
  readonly detail: Readonly<Record<string, unknown>>;
};

/** Every kit was given the credential once, or has a recorded failure that verification will find. */
export const distributed = (gateway: Gateway, command: Distributed, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (!hasReached(rotation, 'PROMOTED') || rotation.generation !== command.generation)
    return refuse(
      'WRONG_STAGE',
      `Rotation ${rotation.rotationId} is at ${rotation.stage}, generation ${rotation.generation}: nothing of generation ${command.generation} is recorded.`,
    );
  if (hasReached(rotation, 'DISTRIBUTED')) return unchanged;
  if (isInWaves(rotation))
    return refuse(
      'WRONG_STAGE',
      `Rotation ${rotation.rotationId} is in ${waveSaid(rotation.waves)}: not every kit may have the credential yet.`,
    );
  if (command.readAt !== gateway.transitionRevision) return refuseOutdated(gateway, command.readAt);
  const { waves: _, ...rest } = rotation; // the last one is over, and the audit has them all
  const changes = {
    rotation: advance(rest, { stage: 'DISTRIBUTED', distributedAtMs: nowMs }),
  };
  return record(gateway, changes, nowMs, {
    ...by(command),
    kind: 'distributed',
    detail: { kits: command.kits, given: command.kits - command.failed, failed: command.failed },
  });
};

const refuseOutdated = (gateway: Gateway, readAt: number): Decision =>
  refuse(
    'NO_PROOF',
    `The evidence was read at revision ${readAt} and the record has changed at ${gateway.transitionRevision}: read it again.`,
  );

/** Every kit has sufficient evidence and the predecessors are quiet, as read since the last transition. */
export const verified = (gateway: Gateway, command: Verified, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (rotation.stage === 'VERIFIED') return unchanged;
  if (rotation.stage !== 'DISTRIBUTED')
    return refuse('WRONG_STAGE', `Rotation ${rotation.rotationId} is at ${rotation.stage}: it is not yet distributed.`);
  if (command.readAt !== gateway.transitionRevision) return refuseOutdated(gateway, command.readAt);
  return record(gateway, { rotation: advance(rotation, { stage: 'VERIFIED' }) }, nowMs, {
    ...by(command),
    kind: 'verified',
    detail: command.detail,
  });
};

/** The proof that was good at verification does not hold any more: the kits are looked at again before anything is revoked. */
export type InvalidateEvidence = OfRotation & { readonly kind: 'invalidate-evidence' };
export const invalidateEvidence = (gateway: Gateway, command: InvalidateEvidence, nowMs: number): Decision => {
  const rotation = running(gateway, command.rotationId);
  if (isRefusal(rotation)) return rotation;
  if (rotation.stage !== 'VERIFIED') return unchanged;
  return record(gateway, { rotation: { ...rotation, stage: 'DISTRIBUTED' } }, nowMs, {
    ...by(command),
    kind: 'invalidate-evidence',
  });
};
