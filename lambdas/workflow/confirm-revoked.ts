import { deciderOf } from '../domain/authority.ts';
import { RotationPreempted } from '../domain/failure.ts';
import { type Gateway, isSettled, refusedEverywhereAtMs } from '../domain/gateway.ts';
import { nextStage, toBeSeenRefused } from '../domain/next-stage.ts';
import { completedSaid } from '../domain/said.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { applyCommand, asWorkflow } from './shared/apply-command.ts';
import { readOwnRotation } from './shared/own-rotation.ts';
import { releaseLabels } from './shared/release-labels.ts';
import { type StepInput, type StepOutput, stepOutput } from './shared/step.ts';
import { verifyRefusal } from './shared/verify-refusal.ts';

type Needs = Pick<Dependencies, 'gateways' | 'secretVersions' | 'policyCheck' | 'pingOne'> & ClockAndLog;

/**
 * Says "revoked" only after the policy check itself refused the credential and the propagation bound has passed
 * (invariant 8). On the way it tries once, and what cannot be seen stops nothing; the end of the rotation waits for it.
 * Then the labels of what nobody needs are released (those too that an earlier end left) and the rotation ends.
 */
export const confirmRevoked = async (needs: Needs, input: StepInput): Promise<StepOutput> => {
  const { gateways, secretVersions, now } = needs;
  const { gateway: before } = await readOwnRotation(gateways, input);
  const gateway = await verifyRefusals(needs, input, before);
  if (nextStage(gateway, now()) !== 'ConfirmRevoked') return stepOutput(gateway, input, now());
  const waitMs = Math.max(
    0,
    ...gateway.revoked.filter((one) => !isSettled(one)).map((one) => refusedEverywhereAtMs(gateway, one) - now()),
  );
  if (waitMs > 0)
    return stepOutput(gateway, input, now(), { next: 'WaitForPropagation', waitSeconds: Math.ceil(waitMs / 1000) });
  await releaseLabels(needs, gateway);
  await secretVersions.stripPending(gateway.secretArn); // left by a scheduled rotation that met this one
  const ended = await applyCommand(gateways, input, {
    kind: 'complete',
    rotationId: input.rotationId,
    ...asWorkflow(completedSaid(gateway)),
  });
  return stepOutput(ended, input, now());
};

/** The record after a look at everything that can be seen refused by now. */
const verifyRefusals = async (needs: Needs, input: StepInput, before: Gateway): Promise<Gateway> => {
  const as = { rotationId: input.rotationId, ...asWorkflow(`${deciderOf(before)} refused it`) };
  let gateway = before;
  for (const revoked of toBeSeenRefused(before, needs.now()))
    try {
      gateway = await verifyRefusal(needs, gateway, revoked, as);
    } catch (error) {
      if (error instanceof RotationPreempted || nextStage(gateway, needs.now()) === 'ConfirmRevoked') throw error;
      needs.log('WARN', 'A revoked credential was not seen refused yet; the rotation goes on meanwhile.', {
        gatewayId: gateway.gatewayId,
        credentialId: revoked.credentialId,
        why: error instanceof Error ? error.message : '',
      });
    }
  return gateway;
};
