import type { By, Refusal } from '../../domain/decision.ts';
import { RotationPreempted, StepFailed, TemporarilyUnavailable } from '../../domain/failure.ts';
import type { Gateway } from '../../domain/gateway.ts';
import type { Command } from '../../domain/transition.ts';
import type { Gateways } from '../../ports.ts';
import type { StepInput } from './step.ts';

/** The workflow acts in its own name, for the reason that the rotation was begun for. */
export const asWorkflow = (reason: string): By => ({ actor: 'workflow', reason });

/**
 * Applies a command of a step and returns the record. A refusal because the rotation ended, was pre-empted, or is another's is
 * {@link RotationPreempted}; one because the record has changed since it was read (somebody rolled back meanwhile) is
 * {@link TemporarilyUnavailable}, as it is good to read again; every other refusal is {@link StepFailed} with its code.
 */
export const applyCommand = async (
  gateways: Gateways,
  input: Pick<StepInput, 'gatewayId'>,
  command: Command,
): Promise<Gateway> => {
  const result = await gateways.apply(input.gatewayId, command);
  if (result.kind === 'applied') return result.gateway;
  throw failureOf(command, result);
};

/** What a refused command of a step is thrown as. */
export const failureOf = ({ kind }: Command, { code, message }: Refusal): Error => {
  if (code === 'SUPERSEDED' || code === 'NOT_RUNNING' || code === 'ROTATION_RUNNING')
    return new RotationPreempted(message);
  const hasChanged = code === 'NO_PROOF' || code === 'WRONG_STAGE' || code === 'NOT_RETIRING';
  const OfTheStep = hasChanged ? TemporarilyUnavailable : StepFailed;
  return new OfTheStep(`${kind} was refused with ${code}: ${message}`);
};
