import type { MintAnswer } from '../authorities/authority.ts';
import { type Gateway, versionIdOf } from '../domain/gateway.ts';
import { nextStage, sideDuty } from '../domain/next-stage.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { applyCommand, asWorkflow } from './shared/apply-command.ts';
import { evictUnusedLongest } from './shared/evict.ts';
import { mint } from './shared/mint.ts';
import { type Run, readOwnRotation, rotationOf } from './shared/own-rotation.ts';
import { promote } from './shared/promote.ts';
import { proveAccepted } from './shared/prove-accepted.ts';
import { recordCreated } from './shared/record-created.ts';
import { type StepInput, type StepOutput, stepOutput } from './shared/step.ts';

type Needs = Pick<Dependencies, 'gateways' | 'secretVersions' | 'policyCheck' | 'pingOne' | 'uses'> & ClockAndLog;

/**
 * Create: the value into the secret, read back, its digest into the record, proven accepted, promoted; each asks first
 * whether it is done. While nobody knows what became of an earlier request to the authority, it waits. After a roll-back the credential to promote is the one that kits came from.
 */
export const createCredential = async (needs: Needs, input: StepInput): Promise<StepOutput> => {
  const { gateway, rotation } = await readOwnRotation(needs.gateways, input);
  if (nextStage(gateway, needs.now()) !== 'CreateCredential') return stepOutput(gateway, input, needs.now());
  if (rotation.trigger === 'compromise') await needs.secretVersions.stripPending(gateway.secretArn);
  const run: Run = { ...input, as: asWorkflow };
  const created = rotation.targetId ? gateway : await create(needs, run, gateway);
  if ('why' in created) return hold(needs, input, created.why);
  if ('waitMs' in created)
    return stepOutput(gateway, input, needs.now(), {
      next: 'WaitToCreate',
      waitSeconds: Math.ceil(created.waitMs / 1000),
    });
  const accepted = await proveAccepted(needs, run, created);
  const promoted = await promote(needs, run, accepted);
  return stepOutput(promoted, input, needs.now(), sideDuty(promoted, needs.now()));
};

/** Only a person can say whose a credential at the authority is, or which of them may go: the record says what to look at. */
const hold = async ({ gateways, now }: Needs, input: StepInput, why: string): Promise<StepOutput> => {
  const { rotationId } = input;
  const held = await applyCommand(gateways, input, { kind: 'hold', rotationId, ...asWorkflow(why) });
  return stepOutput(held, input, now());
};

const create = async (
  needs: Needs,
  run: Run,
  gateway: Gateway,
): Promise<Gateway | Exclude<MintAnswer, { readonly kind: 'MINTED' }>> => {
  await evictUnusedLongest(needs, run, gateway);
  const minted = await mint(needs, run, gateway, { versionId: versionIdOf(rotationOf(gateway, run)) });
  return minted.kind === 'MINTED' ? recordCreated(needs, run, minted.stored) : minted;
};
