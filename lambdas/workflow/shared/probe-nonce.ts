import type { CredentialId, RotationId } from '../../domain/ids.ts';
import type { Nonce } from '../../domain/probe.ts';
import { newNonce } from '../../policy-check/policy-check-client.ts';
import type { Dependencies } from '../../ports.ts';
import { applyCommand } from './apply-command.ts';
import type { StepInput } from './step.ts';

/**
 * A one-time nonce whose hash is in the record: a request to the policy check that carries it is our own probe of this
 * credential, and so neither evidence nor use nor alarm. Without a `rotationId` it is refused while a rotation runs.
 */
export const armProbeNonce = async (
  { gateways }: Pick<Dependencies, 'gateways'>,
  { gatewayId, rotationId }: Pick<StepInput, 'gatewayId'> & { readonly rotationId?: RotationId },
  credentialId: CredentialId,
): Promise<Nonce> => {
  const nonce = newNonce();
  const asker = rotationId === undefined ? {} : { rotationId };
  await applyCommand(gateways, { gatewayId }, { kind: 'arm-probe', ...asker, nonceHash: nonce.hash, credentialId });
  return nonce;
};
