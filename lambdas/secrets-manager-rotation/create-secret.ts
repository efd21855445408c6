import { RotationInOverlap, RotationPreempted, StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';
import { type Gateway, isUnpromoted } from '../domain/gateway.ts';
import type { RotationId } from '../domain/ids.ts';
import { countMetric } from '../runtime/log.ts';
import { mint } from '../workflow/shared/mint.ts';
import { asSecretsManager, type Needs, type RotationStep, refuseHeld, rotates, runOf } from './rotation-step.ts';

/** How long Secrets Manager may drive a rotation before the reconciler takes over. */
const handOverWithinMs = 3_600_000;

/** Begins the rotation, and puts the value under AWSPENDING: once, however often it is asked. */
export const createSecret = async (needs: Needs, step: RotationStep): Promise<void> => {
  const { gateway, rotationId, versionId, rotationToken } = step;
  const { gatewayId, secretArn } = gateway;
  await replaceUnpromoted(needs, gateway, rotationId);
  const trigger = gateway.live.length === 0 && gateway.revoked.length === 0 ? 'bootstrap' : 'scheduled';
  const begun = await needs.gateways.apply(gatewayId, {
    kind: 'begin',
    rotationId,
    trigger,
    handOverByMs: needs.now() + handOverWithinMs,
    versionId,
    ...rotates,
  });
  if (begun.kind === 'refused' && begun.code === 'ROTATION_RUNNING') {
    countMetric(needs.log, 'RotationInOverlap', { gatewayId });
    throw new RotationInOverlap(begun.message);
  }
  if (begun.kind === 'refused') {
    await needs.secretVersions.stripPending(secretArn, versionId); // nothing will ever be put there, and the label would jam
    throw new StepFailed(`${begun.code}: ${begun.message}`);
  }
  const { rotation } = begun.gateway;
  if (rotation?.rotationId !== rotationId || rotation.rolledBack) {
    await needs.secretVersions.stripPending(secretArn, versionId); // else Secrets Manager would try this version for ever
    throw new RotationPreempted(
      `Rotation ${rotationId} of gateway ${gatewayId} does not go forward any more: nothing is minted for it.`,
    );
  }
  refuseHeld(rotation);
  const minted = await mint(needs, runOf(step), begun.gateway, { versionId, rotation: { rotationToken } });
  if (minted.kind === 'HOLD') throw new StepFailed(minted.why);
  if (minted.kind === 'WAITING')
    throw new TemporarilyUnavailable(
      `Nobody knows yet what became of an earlier request to create a credential: it shows within ${Math.ceil(minted.waitMs / 1000)} s, and nothing is sent before.`,
    );
};

/** A new token replaces a rotation of Secrets Manager that never got beyond accepted: nobody has its credential. */
const replaceUnpromoted = async (
  { gateways }: Needs,
  { gatewayId }: Gateway,
  rotationId: RotationId,
): Promise<void> => {
  await gateways.apply(gatewayId, ({ rotation }) =>
    rotation && rotation.rotationId !== rotationId && isUnpromoted(rotation)
      ? {
          kind: 'fail',
          rotationId: rotation.rotationId,
          ...asSecretsManager(`replaced by ${rotationId}`),
        }
      : undefined,
  );
};
