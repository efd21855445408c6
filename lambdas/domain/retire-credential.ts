import { freshRotation } from './begin.ts';
import { type By, by, type Decision, record, refuse, unchanged } from './decision.ts';
import { type Gateway, liveCredential, type Rotation } from './gateway.ts';
import type { CredentialId, RotationId } from './ids.ts';

/** A named person has one live credential retired that is not current; nothing is minted for it. */
export type RetireCredential = By & {
  readonly kind: 'retire-credential';
  readonly rotationId: RotationId;
  readonly credentialId: CredentialId;
};

/**
 * A rotation that begins where all others come to: the current credential is what kits shall hold, and the named one is
 * retired under the same proof as any predecessor. So five live credentials are no dead end.
 */
export const retireCredential = (gateway: Gateway, command: RetireCredential, nowMs: number): Decision => {
  const { gatewayId, rotation: running } = gateway;
  const { rotationId, credentialId } = command;
  if ([running, ...gateway.ended].some((one) => one?.rotationId === rotationId)) return unchanged;
  if (gateway.retiredAtMs !== undefined)
    return refuse('GATEWAY_RETIRED', `Gateway ${gatewayId} was retired; register it again to rotate it.`);
  const credential = liveCredential(gateway, credentialId);
  if (!credential)
    return refuse('UNKNOWN_CREDENTIAL', `Credential ${credentialId} is not live on gateway ${gatewayId}.`);
  if (running?.retireIds.includes(credentialId)) return unchanged;
  if (running)
    return refuse(
      'ROTATION_RUNNING',
      `Gateway ${gatewayId} is in rotation ${running.rotationId}, which does not retire ${credentialId}: wait for its end, or roll it back.`,
    );
  if (credential.origin.kind === 'foreign')
    return refuse('NOT_OURS', `Credential ${credentialId} was not made by this system: adopt it first.`);
  const current = liveCredential(gateway, gateway.currentCredentialId);
  if (!current || current === credential)
    return refuse(
      'NOT_RETIRING',
      `Credential ${credentialId} has no successor: ${current ? 'it is the current one' : 'the gateway has no current one'}. Rotate the gateway instead.`,
    );
  if (current.compromised)
    return refuse('COMPROMISED', `The current credential ${current.credentialId} is compromised: nothing moves to it.`);
  const rotation: Rotation = {
    ...freshRotation(gateway, command, nowMs),
    rotationId,
    trigger: 'manual',
    driver: 'workflow',
    stage: 'PROMOTED',
    targetId: current.credentialId,
    retireIds: [credentialId],
  };
  return record(gateway, { rotation, generation: rotation.generation }, nowMs, {
    kind: 'retire-credential',
    ...by(command),
    rotationId,
    credentialIds: [credentialId],
    detail: { trigger: 'manual', retires: rotation.retireIds, deadlineAtMs: rotation.deadlineAtMs },
  });
};

/** Whether a rotation only retires: what kits shall hold is what it began with. */
export const onlyRetires = ({ targetId, fromCredentialId, rolledBack }: Rotation): boolean =>
  targetId !== undefined && targetId === fromCredentialId && !rolledBack;
