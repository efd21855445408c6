import { authorityOf } from '../../authorities/authority-of.ts';
import { deciderOf } from '../../domain/authority.ts';
import { StepFailed, TemporarilyUnavailable } from '../../domain/failure.ts';
import { type Gateway, hasReached } from '../../domain/gateway.ts';
import type { Dependencies } from '../../ports.ts';
import { applyCommand } from './apply-command.ts';
import { type Run, rotationOf, targetOf } from './own-rotation.ts';
import { armProbeNonce } from './probe-nonce.ts';

/** Nothing else is touched before the authority was seen to accept the new credential (invariant 1); asks first whether that is recorded. */
export const proveAccepted = async (
  needs: Pick<Dependencies, 'gateways' | 'secretVersions' | 'policyCheck' | 'pingOne'>,
  run: Run,
  gateway: Gateway,
): Promise<Gateway> => {
  const { gateways, secretVersions } = needs;
  if (hasReached(rotationOf(gateway, run), 'ACCEPTED')) return gateway;
  const { credentialId, versionId } = targetOf(gateway);
  const stored = await secretVersions.readVersion(gateway.secretArn, versionId);
  if (!stored)
    throw new StepFailed(
      `Version ${versionId} of the gateway's secret has no value, and the record expects credential ${credentialId} there.`,
    );
  const nonce = await armProbeNonce({ gateways }, run, credentialId);
  if (!(await authorityOf(gateway).proveAccepted(needs, gateway, stored, nonce)))
    throw new TemporarilyUnavailable(`Credential ${credentialId} is not accepted by ${deciderOf(gateway)} yet.`);
  return applyCommand(gateways, run, {
    kind: 'accepted',
    rotationId: run.rotationId,
    credentialId,
    ...run.as(`${deciderOf(gateway)} accepted it`),
  });
};
