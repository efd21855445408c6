import type { By } from '../../domain/decision.ts';
import { InputRefused, RotationPreempted, StepFailed } from '../../domain/failure.ts';
import { type Gateway, type LiveCredential, liveCredential, type Rotation } from '../../domain/gateway.ts';
import type { GatewayId, RotationId } from '../../domain/ids.ts';
import type { Gateways } from '../../ports.ts';

/** A rotation as its steps name it; Secrets Manager drives at attempt 0. */
type Own = { readonly gatewayId: GatewayId; readonly rotationId: RotationId; readonly attempt: number };

/** The same, and in whose name they act. */
export type Run = Own & { readonly as: (reason: string) => By };

/** The record and its rotation, if this attempt is the one that the record names. Throws {@link RotationPreempted} otherwise. */
export const readOwnRotation = async (
  gateways: Pick<Gateways, 'read'>,
  input: Own,
): Promise<{ gateway: Gateway; rotation: Rotation }> => {
  const gateway = await gateways.read(input.gatewayId);
  if (!gateway) throw new InputRefused(`Gateway ${input.gatewayId} is not registered.`);
  return { gateway, rotation: rotationOf(gateway, input) };
};

/** The rotation of a record, if this attempt is the one that it names. Throws {@link RotationPreempted} otherwise. */
export const rotationOf = (gateway: Gateway, input: Pick<Own, 'rotationId' | 'attempt'>): Rotation => {
  const { rotation } = gateway;
  if (rotation?.rotationId !== input.rotationId)
    throw new RotationPreempted(
      `Rotation ${input.rotationId} of gateway ${gateway.gatewayId} does not run any more${rotation ? `; ${rotation.rotationId} does` : ''}.`,
    );
  if (rotation.attempt !== input.attempt)
    throw new RotationPreempted(
      `Rotation ${rotation.rotationId} is at attempt ${rotation.attempt}; this is attempt ${input.attempt}.`,
    );
  return rotation;
};

/** The credential that the running rotation distributes, whose value is in the secret. Throws {@link StepFailed} when the record names none. */
export const targetOf = (gateway: Gateway): LiveCredential & { readonly versionId: string } => {
  const target = liveCredential(gateway, gateway.rotation?.targetId);
  if (!target) throw new StepFailed(`Gateway ${gateway.gatewayId}: the credential that kits shall hold is not live.`);
  const { versionId } = target;
  if (versionId === undefined)
    throw new StepFailed(
      `Gateway ${gateway.gatewayId}: kits shall hold ${target.credentialId}, and its value is not in the secret.`,
    );
  return { ...target, versionId };
};
