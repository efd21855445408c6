import { isDoneWith } from '../domain/credential-status.ts';
import { deadForSureAtMs } from '../domain/gateway.ts';
import { nextStage } from '../domain/next-stage.ts';
import type { Always, Equipment } from '../wiring/dependencies.ts';
import { applied, asWorkflow } from './shared/apply-command.ts';
import { ours, type StepInput, type StepOutput, stepOutput } from './shared/step.ts';
import { seeRefused } from './shared/verify-refusal.ts';

type Needs = Pick<Equipment, 'gateways' | 'vault' | 'policyCheck'> & Always;

/**
 * Says "revoked" only after the policy check itself refused the credential and the propagation bound has passed
 * (invariant 8). When nothing is left, the labels of what nobody needs are released (those too that an earlier end left)
 * and the rotation ends.
 */
export const confirmRevoked = async (needs: Needs, input: StepInput): Promise<StepOutput> => {
  const { gateways, vault, now } = needs;
  let { gateway } = await ours(gateways, input);
  for (const revoked of gateway.revoked.filter(({ confirmedAtMs }) => confirmedAtMs === undefined)) {
    const waitMs = deadForSureAtMs(gateway, revoked) - now();
    if (waitMs > 0)
      return stepOutput(gateway, input, now(), { next: 'WaitForPropagation', waitSeconds: Math.ceil(waitMs / 1000) });
    const as = { rotationId: input.rotationId, ...asWorkflow('the policy check refused it') };
    gateway = await seeRefused(needs, gateway, revoked, as);
  }
  if (nextStage(gateway, now()) !== 'ConfirmRevoked') return stepOutput(gateway, input, now());
  await vault.release(gateway.secretArn, (...version) => isDoneWith(gateway, ...version));
  await vault.stripPending(gateway.secretArn); // left by a scheduled rotation that met this one
  const ended = await applied(gateways, input, {
    kind: 'complete',
    rotationId: input.rotationId,
    ...asWorkflow('every predecessor was seen refused'),
  });
  return stepOutput(ended, input, now());
};
