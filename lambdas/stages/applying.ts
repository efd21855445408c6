import type { By } from '../domain/decision.ts';
import { RotationPreempted, StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { Command } from '../domain/transition.ts';
import type { Gateways } from '../store/gateways.ts';
import type { StepInput } from './step.ts';

/** The workflow acts in its own name, for the reason that the rotation was begun for. */
export const asWorkflow = (reason: string): By => ({ actor: 'workflow', reason });

/**
 * Applies a command of a step and returns the record. A refusal because the rotation ended or was pre-empted is
 * {@link RotationPreempted}; one because the record has changed since the proof was read is {@link TemporarilyUnavailable},
 * as it is good to read again; every other refusal is {@link StepFailed} with its code.
 */
export const applied = async (
  gateways: Gateways,
  input: Pick<StepInput, 'gatewayId'>,
  command: Command,
): Promise<Gateway> => {
  const result = await gateways.apply(input.gatewayId, command);
  if (result.kind === 'applied') return result.gateway;
  if (result.code === 'SUPERSEDED' || result.code === 'NOT_RUNNING') throw new RotationPreempted(result.message);
  if (result.code === 'NO_PROOF') throw new TemporarilyUnavailable(result.message);
  throw new StepFailed(`${command.kind} was refused with ${result.code}: ${result.message}`);
};
