import type { By } from '../domain/decision.ts';
import { RotationPreempted, StepFailed } from '../domain/failure.ts';
import { type Gateway, isUnpromoted, type Rotation } from '../domain/gateway.ts';
import type { RotationId } from '../domain/ids.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import type { Run } from '../workflow/shared/own-rotation.ts';

export type Needs = Pick<Dependencies, 'gateways' | 'secretVersions' | 'policyCheck' | 'pingOne' | 'executions'> &
  ClockAndLog & { readonly pause: (ms: number) => Promise<unknown> };

/** What Secrets Manager asks about, with the gateway whose secret it is; its token is the version's id. */
export type RotationStep = {
  readonly versionId: string;
  /** The token when it is a UUID, else one made of it. */
  readonly rotationId: RotationId;
  readonly rotationToken: string | undefined;
  readonly gateway: Gateway;
  /** Whether the version is AWSCURRENT already. */
  readonly isCurrent: boolean;
};

/** The steps act in the name of Secrets Manager's rotation of the secret. */
export const asSecretsManager = (reason: string): By => ({ actor: 'secrets-manager', reason });
export const rotates = asSecretsManager('the rotation of the secret');

/** The rotation as the workflow's own parts name it. */
export const runOf = ({ gateway, rotationId }: RotationStep): Run => ({
  gatewayId: gateway.gatewayId,
  rotationId,
  attempt: 0,
  as: asSecretsManager,
});

/** The record's rotation of this token. Throws RotationPreempted when it does not run any more, and StepFailed while it is held. */
export const ownRotation = ({ gateway, rotationId }: RotationStep): Rotation => {
  if (gateway.rotation?.rotationId !== rotationId || gateway.rotation.rolledBack)
    throw new RotationPreempted(`Rotation ${rotationId} of gateway ${gateway.gatewayId} does not go forward any more.`);
  return refuseHeld(gateway.rotation);
};

/** Throws StepFailed while a person holds the rotation. */
export const refuseHeld = (rotation: Rotation): Rotation => {
  if (rotation.held && isUnpromoted(rotation))
    throw new StepFailed(
      `HELD: Rotation ${rotation.rotationId} is held by ${rotation.held.actor}: resume it, and rotate again.`,
    );
  return rotation;
};
