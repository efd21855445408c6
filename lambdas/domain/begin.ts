import { type By, by, type Decision, record, refuse, tooManyLive, unchanged } from './decision.ts';
import { type Gateway, liveCredential, maxLiveCredentials, type Rotation } from './gateway.ts';
import type { RotationId } from './ids.ts';

/** Starts a rotation that is not a compromise. */
export type Begin = By & {
  readonly kind: 'begin';
  readonly rotationId: RotationId;
  readonly trigger: 'bootstrap' | 'scheduled' | 'manual';
  /** Secrets Manager drives until promotion, at the latest until `handOverByMs`. */
  readonly handOverByMs?: number;
  /** The version that it rotates to, when that id is not the rotation's. */
  readonly versionId?: string;
  readonly executionArn?: string;
};

/**
 * One rotation per gateway (invariant 3): the same id again changes nothing, another one is refused.
 * All other live credentials become predecessors and will be retired.
 */
export const begin = (gateway: Gateway, command: Begin, nowMs: number): Decision => {
  const { rotationId, trigger, handOverByMs, versionId, executionArn } = command;
  if (gateway.rotation?.rotationId === rotationId || gateway.ended.some((one) => one.rotationId === rotationId))
    return unchanged;
  if (gateway.retiredAtMs !== undefined)
    return refuse('GATEWAY_RETIRED', `Gateway ${gateway.gatewayId} was retired; register it again to rotate it.`);
  if (gateway.rotation)
    return refuse(
      'ROTATION_RUNNING',
      `Gateway ${gateway.gatewayId} is in rotation ${gateway.rotation.rotationId} (${gateway.rotation.trigger}, stage ${gateway.rotation.stage}); wait for its end, or roll it back.`,
    );
  if (gateway.live.length >= maxLiveCredentials) return tooManyLive(gateway, 0);
  const generation = gateway.generation + 1;
  const rotation: Rotation = {
    ...freshRotation(gateway, command, nowMs),
    rotationId,
    trigger,
    driver: handOverByMs === undefined ? 'workflow' : 'secrets-manager',
    attempt: handOverByMs === undefined && executionArn !== undefined ? 1 : 0,
    ...(handOverByMs === undefined ? {} : { handOverByMs }),
    ...(versionId === undefined || versionId === rotationId ? {} : { versionId }),
    ...(executionArn === undefined ? {} : { executionArn }),
  };
  return record(gateway, { rotation, generation }, nowMs, {
    kind: 'begin',
    ...by(command),
    rotationId,
    detail: { trigger, deadlineAtMs: rotation.deadlineAtMs },
  });
};

/** What every new rotation starts from, whatever its trigger. */
export const freshRotation = (
  gateway: Gateway,
  by: By,
  nowMs: number,
): Omit<Rotation, 'rotationId' | 'trigger' | 'driver'> => ({
  stage: 'BEGUN',
  generation: gateway.generation + 1,
  begun: { actor: by.actor, reason: by.reason, atMs: nowMs },
  deadlineAtMs: nowMs + gateway.policy.deadlineSeconds * 1000,
  escalationLevel: 0,
  attempt: 0,
  failedAttempts: 0,
  retireIds: gateway.live.map((credential) => credential.credentialId),
  fromVersionId: gateway.currentVersionId,
  ...(liveCredential(gateway, gateway.currentCredentialId) && gateway.currentCredentialId
    ? { fromCredentialId: gateway.currentCredentialId }
    : {}),
});
