import { type Gateway, hasReached } from '../../domain/gateway.ts';
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
  const named = [rotation.fromVersionId, ...gateway.live.map((credential) => credential.versionId)];
  await secretVersions.promote(gateway.secretArn, versionId, rotation.trigger === 'compromise' ? undefined : named);
  return applyCommand(gateways, run, { kind: 'promoted', ...about, ...run.as('AWSCURRENT names it') });
};
