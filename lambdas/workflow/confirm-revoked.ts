import { isDoneWith } from '../domain/credential-status.ts';
import { refusedEverywhereAtMs } from '../domain/gateway.ts';
import { nextStage } from '../domain/next-stage.ts';
import { completedSaid } from '../domain/said.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { applyCommand, asWorkflow } from './shared/apply-command.ts';
import { readOwnRotation } from './shared/own-rotation.ts';
import { type StepInput, type StepOutput, stepOutput } from './shared/step.ts';
import { verifyRefusal } from './shared/verify-refusal.ts';

type Needs = Pick<Dependencies, 'gateways' | 'secretVersions' | 'policyCheck'> & ClockAndLog;

/**
 * Says "revoked" only after the policy check itself refused the credential and the propagation bound has passed
 * (invariant 8). When nothing is left, the labels of what nobody needs are released (those too that an earlier end left)
 * and the rotation ends.
 */
export const confirmRevoked = async (needs: Needs, input: StepInput): Promise<StepOutput> => {
  const { gateways, secretVersions, now } = needs;
  let { gateway } = await readOwnRotation(gateways, input);
  for (const revoked of gateway.revoked.filter(({ confirmedAtMs }) => confirmedAtMs === undefined)) {
    const waitMs = refusedEverywhereAtMs(gateway, revoked) - now();
    if (waitMs > 0)
      return stepOutput(gateway, input, now(), { next: 'WaitForPropagation', waitSeconds: Math.ceil(waitMs / 1000) });
    const as = { rotationId: input.rotationId, ...asWorkflow('the policy check refused it') };
    gateway = await verifyRefusal(needs, gateway, revoked, as);
  }
  if (nextStage(gateway, now()) !== 'ConfirmRevoked') return stepOutput(gateway, input, now());
  await secretVersions.release(gateway.secretArn, (...version) => isDoneWith(gateway, ...version));
  await secretVersions.stripPending(gateway.secretArn); // left by a scheduled rotation that met this one
  const ended = await applyCommand(gateways, input, {
    kind: 'complete',
    rotationId: input.rotationId,
    ...asWorkflow(completedSaid(gateway)),
  });
  return stepOutput(ended, input, now());
};
