import { StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';
import { deadForSureAtMs, type Gateway, type RevokedCredential } from '../domain/gateway.ts';
import { nextStage } from '../domain/next-stage.ts';
import { applied, asWorkflow } from './applying.ts';
import { armedNonce } from './armed-nonce.ts';
import type { Always, Equipment } from './equipment.ts';
import { ours, type StepInput, type StepOutput, stepOutput } from './step.ts';

type Needs = Pick<Equipment, 'gateways' | 'vault' | 'policyCheck'> & Always;

/**
 * Says "revoked" only after the policy check itself refused the credential and the propagation bound has passed
 * (invariant 8). When nothing is left, the labels of what is dead are released (those too that an earlier end left) and
 * the rotation ends.
 */
export const confirmRevoked = async (needs: Needs, input: StepInput): Promise<StepOutput> => {
  const { gateways, vault, now } = needs;
  let { gateway } = await ours(gateways, input);
  for (const revoked of gateway.revoked.filter(({ confirmedAtMs }) => confirmedAtMs === undefined)) {
    const waitMs = deadForSureAtMs(gateway, revoked) - now();
    if (waitMs > 0)
      return stepOutput(gateway, input, now(), { next: 'WaitForPropagation', waitSeconds: Math.ceil(waitMs / 1000) });
    gateway = await confirm(needs, input, gateway, revoked);
  }
  if (nextStage(gateway, now()) !== 'ConfirmRevoked') return stepOutput(gateway, input, now());
  const dead = gateway.revoked.filter(({ confirmedAtMs }) => confirmedAtMs !== undefined);
  await vault.release(
    gateway.secretArn,
    dead.map(({ credentialId }) => credentialId),
  );
  await vault.stripPending(gateway.secretArn); // left by a scheduled rotation that met this one
  const ended = await applied(gateways, input, {
    kind: 'complete',
    rotationId: input.rotationId,
    ...asWorkflow('every predecessor was seen refused'),
  });
  return stepOutput(ended, input, now());
};

const confirm = async (
  { gateways, vault, policyCheck, now }: Needs,
  input: StepInput,
  gateway: Gateway,
  { credentialId, versionId }: RevokedCredential,
): Promise<Gateway> => {
  const stored = await vault.readVersion(gateway.secretArn, versionId);
  if (!stored)
    throw new StepFailed(
      `The value of revoked credential ${credentialId} is not in the vault any more, so its refusal cannot be seen.`,
    );
  const nonce = await armedNonce({ gateways }, input, credentialId);
  const refusedAtMs = now();
  if ((await policyCheck.ask(gateway.gatewayId, stored.value, nonce)) !== 'REFUSED')
    throw new TemporarilyUnavailable(`The policy check still accepts revoked credential ${credentialId}.`);
  return applied(gateways, input, {
    kind: 'confirm',
    credentialId,
    refusedAtMs,
    ...asWorkflow('the policy check refused it'),
  });
};
