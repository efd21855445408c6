import { authorityOf } from '../authorities/authority-of.ts';
import { deciderOf } from '../domain/authority.ts';
import { StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';
import { proveAccepted } from '../workflow/shared/prove-accepted.ts';
import { type Needs, ownRotation, type RotationStep, runOf } from './rotation-step.ts';

const testTries = 5;

/**
 * Asks the real policy check, a few times if need be. The test-only run of RotateImmediately=false has no rotation, nor ever
 * had one: then an unknown credential must be refused.
 */
export const testSecret = async (needs: Needs, step: RotationStep): Promise<void> => {
  const { gateway, rotationId } = step;
  const known = [gateway.rotation, ...gateway.ended].some((one) => one?.rotationId === rotationId);
  if (!known) {
    if (await authorityOf(gateway).refusesUnknown(needs, gateway)) return;
    throw new StepFailed(
      `For gateway ${gateway.gatewayId}, ${deciderOf(gateway)} accepts a credential that nobody made.`,
    );
  }
  ownRotation(step);
  for (let tried = 1; ; tried++)
    try {
      await proveAccepted(needs, runOf(step), gateway);
      return;
    } catch (error) {
      if (!(error instanceof TemporarilyUnavailable) || tried === testTries) throw error;
      await needs.pause(1_000);
    }
};
