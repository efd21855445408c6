import { type Nonce, newNonce } from '../authority/policy-check.ts';
import type { CredentialId } from '../domain/ids.ts';
import { applied } from './applying.ts';
import type { Equipment } from './equipment.ts';
import type { StepInput } from './step.ts';

/**
 * A one-time nonce whose hash is in the record: a request to the policy check that carries it is our own probe of this
 * credential, and so neither evidence nor use nor alarm.
 */
export const armedNonce = async (
  { gateways }: Pick<Equipment, 'gateways'>,
  input: Pick<StepInput, 'gatewayId' | 'rotationId'>,
  credentialId: CredentialId,
): Promise<Nonce> => {
  const nonce = newNonce();
  const { rotationId } = input;
  await applied(gateways, input, { kind: 'arm-probe', rotationId, nonceHash: nonce.hash, credentialId });
  return nonce;
};
