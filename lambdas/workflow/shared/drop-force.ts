import { uncoveredBy } from '../../domain/cut-off.ts';
import type { Gateway, Rotation } from '../../domain/gateway.ts';
import { forceDropped } from '../../notifications/messages.ts';
import type { ClockAndLog, Dependencies } from '../../ports.ts';
import { applyCommand, asWorkflow } from './apply-command.ts';
import type { StepInput } from './step.ts';
import { tell } from './tell.ts';

const namedAtMost = 20;

/** Who of those that would be cut off now a force does not cover; nobody, when the policy decided so beforehand. */
export const uncoveredByForce = async (
  { proofs }: Pick<Dependencies, 'proofs'>,
  { gatewayId }: Gateway,
  { rotationId, forced }: Rotation,
  cutOff: readonly string[],
): Promise<readonly string[]> =>
  forced?.kitsHash === undefined
    ? []
    : uncoveredBy(forced.kitsHash, await proofs.covered(gatewayId, rotationId, forced.kitsHash), cutOff);

/** Drops a force that does not cover everybody, records who they are, and tells its author; news never stand in the way. */
export const dropForce = async (
  { gateways, notifyOwner, log }: Pick<Dependencies, 'gateways' | 'notifyOwner'> & ClockAndLog,
  input: StepInput,
  { rotationId, forced, targetId }: Rotation,
  uncovered: readonly string[],
): Promise<Gateway> => {
  const { gatewayId } = input;
  const named = uncovered.slice(0, namedAtMost);
  const after = await applyCommand(gateways, input, {
    kind: 'drop-force',
    rotationId,
    kitsHash: forced?.kitsHash ?? '',
    uncovered: uncovered.length,
    named,
    ...asWorkflow('it would have cut off others than those that its author was shown'),
  });
  const about = { gatewayId, rotationId, credentialId: targetId ?? '', author: forced?.actor ?? '' };
  await tell({ notifyOwner, log }, [forceDropped(about, named, uncovered.length)]);
  return after;
};
