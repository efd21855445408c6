import type { By } from '../domain/decision.ts';
import { type Gateway, isUnpromoted } from '../domain/gateway.ts';
import type { Dependencies } from '../ports.ts';
import { type OperateResult, refused, resultOf, unchanged } from './result.ts';

/**
 * Takes a stuck AWSPENDING off, so that Secrets Manager can rotate again ("A previous rotation isn't complete"). Refused
 * while Secrets Manager drives: nobody can tell whether it has given up or tries again, and the record's rotation would
 * stay. That one is rolled back, or ends by itself at its hand-over time; both take the label off.
 */
export const repairPending = async (
  { gateways, secretVersions }: Pick<Dependencies, 'gateways' | 'secretVersions'>,
  gateway: Gateway,
  by: By,
): Promise<OperateResult> => {
  const { gatewayId, rotation, secretArn } = gateway;
  if (rotation?.driver === 'secrets-manager')
    return refused(
      gateway,
      'ROTATION_RUNNING',
      `Secrets Manager drives rotation ${rotation.rotationId}. If it is stuck, end it now with roll-back, which frees the secret as well; by itself it ${isUnpromoted(rotation) ? 'is given up' : 'goes on'} at ${new Date(rotation.handOverByMs ?? 0).toISOString()}.`,
    );
  if (!(await secretVersions.stripPending(secretArn))) return unchanged(gateway);
  return resultOf(gatewayId, await gateways.apply(gatewayId, { kind: 'repair', ...by }));
};
