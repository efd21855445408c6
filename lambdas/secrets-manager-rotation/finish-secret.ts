import { hasReached } from '../domain/gateway.ts';
import { ensureExecution } from '../workflow/shared/ensure-execution.ts';
import { promote, putCurrentRight } from '../workflow/shared/promote.ts';
import { type Needs, ownRotation, type RotationStep, rotates, runOf } from './rotation-step.ts';

/** Moves AWSCURRENT as the record says and hands over to the workflow; repeated, it still makes sure that the execution exists. */
export const finishSecret = async (needs: Needs, step: RotationStep): Promise<void> => {
  const { gateway, isCurrent, rotationId, versionId } = step;
  const isOurs = gateway.rotation?.rotationId === rotationId && !gateway.rotation.rolledBack;
  if (isCurrent && !isOurs) {
    await putCurrentRight(needs, gateway, versionId); // it has ended since, goes back, or a compromise goes on with it
    return;
  }
  const promoted = hasReached(ownRotation(step), 'PROMOTED') ? gateway : await promote(needs, runOf(step), gateway);
  await ensureExecution(needs, promoted, rotates, 'left');
};
