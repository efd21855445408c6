import { authorityOf } from '../authorities/authority-of.ts';
import type { Gateway } from '../domain/gateway.ts';
import { nextStage, sideDuty } from '../domain/next-stage.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { asWorkflow } from './shared/apply-command.ts';
import { evictUnusedLongest } from './shared/evict.ts';
import { type Run, readOwnRotation } from './shared/own-rotation.ts';
import { promote } from './shared/promote.ts';
import { proveAccepted } from './shared/prove-accepted.ts';
import { recordCreated } from './shared/record-created.ts';
import { type StepInput, type StepOutput, stepOutput } from './shared/step.ts';
import { withRoom } from './shared/with-room.ts';

type Needs = Pick<Dependencies, 'gateways' | 'secretVersions' | 'policyCheck' | 'uses'> & ClockAndLog;

/**
 * Create: the value into the secret, read back, its digest into the record, proven accepted, promoted; each asks first
 * whether it is done. After a roll-back the credential to promote is the one that kits came from.
 */
export const createCredential = async (needs: Needs, input: StepInput): Promise<StepOutput> => {
  const { gateway, rotation } = await readOwnRotation(needs.gateways, input);
  if (nextStage(gateway, needs.now()) !== 'CreateCredential') return stepOutput(gateway, input, needs.now());
  if (rotation.trigger === 'compromise') await needs.secretVersions.stripPending(gateway.secretArn);
  const run: Run = { ...input, as: asWorkflow };
  const created = rotation.targetId ? gateway : await create(needs, run, gateway);
  const accepted = await proveAccepted(needs, run, created);
  const promoted = await promote(needs, run, accepted);
  return stepOutput(promoted, input, needs.now(), sideDuty(promoted, needs.now()));
};

const create = async (needs: Needs, run: Run, gateway: Gateway): Promise<Gateway> => {
  await evictUnusedLongest(needs, run, gateway);
  const minted = await withRoom(needs, gateway, () => authorityOf(gateway).mint(needs, gateway, run.rotationId));
  return recordCreated(needs, run, minted);
};
