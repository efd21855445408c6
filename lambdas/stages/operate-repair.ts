import type { By } from '../domain/decision.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { Equipment } from './equipment.ts';
import { type OperateResult, refused, resultOf, unchanged } from './operate-result.ts';

/**
 * Takes a stuck AWSPENDING off, so that Secrets Manager can rotate again ("A previous rotation isn't complete"). A
 * rotation that Secrets Manager is driving is left to it, and to the reconciler after its hand-over time.
 */
export const repairPending = async (
  { gateways, vault }: Pick<Equipment, 'gateways' | 'vault'>,
  gateway: Gateway,
  by: By,
): Promise<OperateResult> => {
  const { gatewayId, rotation, secretArn } = gateway;
  if (rotation?.driver === 'secrets-manager')
    return refused(
      gateway,
      'ROTATION_RUNNING',
      `Secrets Manager drives rotation ${rotation.rotationId}; it is taken over by itself at ${new Date(rotation.handOverByMs ?? 0).toISOString()}.`,
    );
  if (!(await vault.stripPending(secretArn))) return unchanged(gateway);
  return resultOf(gatewayId, await gateways.apply(gatewayId, { kind: 'repair', ...by }));
};
