import { authorityOf } from '../../authorities/authority-of.ts';
import { deciderOf } from '../../domain/authority.ts';
import type { By } from '../../domain/decision.ts';
import { StepFailed, TemporarilyUnavailable } from '../../domain/failure.ts';
import type { Gateway, RevokedCredential } from '../../domain/gateway.ts';
import type { RotationId } from '../../domain/ids.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { applyCommand } from './apply-command.ts';
import { armProbeNonce } from './probe-nonce.ts';

/** Who asks: the rotation that runs, or the reconciler while none does. */
export type Asker = By & { readonly rotationId?: RotationId };

/**
 * Sees the policy check refuse a revoked credential whose propagation bound has passed, and records it: only then "revoked"
 * is said (invariant 8). Throws TemporarilyUnavailable while it is accepted, and StepFailed when its value is gone.
 */
export const verifyRefusal = async (
  needs: Pick<Dependencies, 'gateways' | 'secretVersions' | 'policyCheck' | 'pingOne'> & ClockAndLog,
  gateway: Gateway,
  { credentialId, versionId }: RevokedCredential,
  { actor, ...asker }: Asker,
): Promise<Gateway> => {
  const { gateways, secretVersions, now } = needs;
  const { gatewayId, secretArn } = gateway;
  const authority = authorityOf(gateway);
  const stored = versionId === undefined ? undefined : await secretVersions.readVersion(secretArn, versionId);
  if (!stored && versionId !== undefined)
    throw new StepFailed(
      `The value of revoked credential ${credentialId} is not in the secret any more, so its refusal cannot be seen: put the value back under version ${versionId}'s label, or let a named person record it as not proven (waive-proof ${gatewayId} --credential ${credentialId}).`,
    );
  await authority.revoke(needs, gateway, credentialId); // again: nobody knows whether the step that revoked it came so far
  const nonce = await armProbeNonce({ gateways }, { gatewayId, ...asker }, credentialId);
  const refusedAtMs = now();
  if (!(await authority.proveRevoked(needs, gateway, stored ?? { credentialId }, nonce)))
    throw new TemporarilyUnavailable(`Revoked credential ${credentialId} is still accepted by ${deciderOf(gateway)}.`);
  return applyCommand(
    gateways,
    { gatewayId },
    { kind: 'confirm', credentialId, refusedAtMs, actor, reason: asker.reason },
  );
};
