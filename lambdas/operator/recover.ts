import type { By } from '../domain/decision.ts';
import { StepFailed } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import { lostIn } from '../domain/recover.ts';
import { placeholder } from '../domain/secret-text.ts';
import type { Dependencies } from '../ports.ts';
import { type OperateResult, refused, resultOf } from './result.ts';

/**
 * Makes the secret of a gateway usable again: takes it back from deletion, finds it under its name here, or makes it anew. A rotation
 * whose own credential is lost cannot go on and is given up; the next one makes another.
 */
export const recoverSecret = async (
  { gateways, secretVersions }: Pick<Dependencies, 'gateways' | 'secretVersions'>,
  gateway: Gateway,
  by: By,
): Promise<OperateResult> => {
  const { gatewayId, rotation } = gateway;
  if (rotation?.held)
    return refused(
      gateway,
      'HELD',
      `Rotation ${rotation.rotationId} is held by ${rotation.held.actor}: resume it first.`,
    );
  const { arn: secretArn, labels } = await secretVersions.reopen(gateway.secretArn, gatewayId);
  const currentVersionId = labels.has(gateway.currentVersionId)
    ? gateway.currentVersionId
    : [...labels].find(([, held]) => held.includes('AWSCURRENT'))?.[0];
  if (currentVersionId === undefined)
    throw new StepFailed(
      `The secret of gateway ${gatewayId} exists and holds no value: put the value ${placeholder} into it, and repeat the command.`,
    );
  const lostIds = lostIn(gateway, labels);
  const recovered = await gateways.apply(gatewayId, { kind: 'recover', secretArn, currentVersionId, lostIds, ...by });
  const isStuck =
    rotation?.targetId !== undefined && lostIds.includes(rotation.targetId) && rotation.trigger !== 'compromise';
  if (recovered.kind === 'refused' || !isStuck) return resultOf(gatewayId, recovered);
  return resultOf(gatewayId, await gateways.apply(gatewayId, { kind: 'fail', rotationId: rotation.rotationId, ...by }));
};
