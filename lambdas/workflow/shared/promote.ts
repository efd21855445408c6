import { CurrentMovedElsewhere } from '../../domain/failure.ts';
import { type Gateway, hasReached, liveCredential } from '../../domain/gateway.ts';
import type { Dependencies } from '../../ports.ts';
import { applyCommand } from './apply-command.ts';
import { type Run, rotationOf, targetOf } from './own-rotation.ts';

/**
 * Moves AWSCURRENT from what it named when this rotation began, or from any live credential (a rotation that failed while
 * promoting may have left it there); only a compromise takes it from whatever version it is on.
 */
export const promote = async (
  { gateways, secretVersions }: Pick<Dependencies, 'gateways' | 'secretVersions'>,
  run: Run,
  gateway: Gateway,
): Promise<Gateway> => {
  const rotation = rotationOf(gateway, run);
  if (hasReached(rotation, 'PROMOTED')) return gateway;
  const { credentialId, versionId } = targetOf(gateway);
  const about = { rotationId: run.rotationId, credentialId };
  await applyCommand(gateways, run, { kind: 'promoting', ...about, ...run.as('AWSCURRENT will be moved') });
  const named = [rotation.fromVersionId, ...gateway.live.flatMap(({ versionId: kept }) => (kept ? [kept] : []))];
  await secretVersions.promote(gateway.secretArn, versionId, rotation.trigger === 'compromise' ? undefined : named);
  try {
    return await applyCommand(gateways, run, { kind: 'promoted', ...about, ...run.as('AWSCURRENT names it') });
  } catch (error) {
    await putCurrentRight({ gateways, secretVersions }, gateway, versionId);
    throw error;
  }
};

/**
 * Moves AWSCURRENT from a version that this system has put it on to where the record says by now. A move that came late,
 * beside a roll-back or a press, would else leave it on a credential that is being retired.
 */
export const putCurrentRight = async (
  { gateways, secretVersions }: Pick<Dependencies, 'gateways' | 'secretVersions'>,
  { gatewayId, secretArn }: Pick<Gateway, 'gatewayId' | 'secretArn'>,
  fromVersionId: string,
): Promise<void> => {
  const gateway = await gateways.read(gatewayId);
  if (!gateway) return;
  const { rotation } = gateway;
  const isMoving = rotation && hasReached(rotation, 'PROMOTING') && !hasReached(rotation, 'PROMOTED');
  const moving = isMoving ? liveCredential(gateway, rotation.targetId) : undefined;
  const versionId = moving?.versionId ?? gateway.currentVersionId;
  if (versionId === fromVersionId) return;
  await secretVersions.promote(secretArn, versionId, [fromVersionId]).catch((error: unknown) => {
    if (!(error instanceof CurrentMovedElsewhere)) throw error;
  });
};
