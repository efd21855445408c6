import {
  DescribeExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { attemptInput, executionName } from '../domain/attempt.ts';
import { StepFailed } from '../domain/failure.ts';
import type { Executions } from '../ports.ts';
import { callAws, ifPresent, services, unlessLost } from './sdk-errors.ts';

/** The ARN of an execution by its name. */
export const executionArn = (stateMachineArn: string, name: string): string =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;

/** Starts an execution; one of this name that was started before is as good. */
export const startExecution = async (
  stepFunctions: SFNClient,
  stateMachineArn: string,
  name: string,
  input: unknown,
): Promise<void> => {
  const start = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
  await unlessLost(callAws(services.stepFunctions, `Starting execution ${name}`, stepFunctions.send(start)));
};

/** The executions of one state machine. */
export const executionsOf = (stepFunctions: SFNClient, stateMachineArn: string): Executions => ({
  arnOf: ({ rotationId }, attempt) => executionArn(stateMachineArn, executionName(rotationId, attempt)),
  start: async (gateway) => {
    const input = attemptInput(gateway);
    if (!gateway.rotation || !input)
      throw new StepFailed(`Gateway ${gateway.gatewayId} has no rotation to start an execution for.`);
    // One that ran and ended is not started again: the next attempt is somebody's decision.
    const name = executionName(gateway.rotation.rotationId, gateway.rotation.attempt);
    await startExecution(stepFunctions, stateMachineArn, name, input);
  },
  stateOf: async (executionArn) => {
    const describe = stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    const found = await ifPresent(callAws(services.stepFunctions, `Asking for execution ${executionArn}`, describe));
    if (!found) return { kind: 'ABSENT' };
    const { status, stopDate } = found;
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return { kind: 'RUNNING' };
    return {
      kind: status === 'ABORTED' ? 'ABORTED' : 'ENDED',
      failed: status !== 'SUCCEEDED',
      stoppedAtMs: stopDate?.getTime() ?? 0,
    };
  },
  stop: async (executionArn, cause) => {
    const stop = stepFunctions.send(new StopExecutionCommand({ executionArn, error: 'RotationPreempted', cause }));
    await ifPresent(callAws(services.stepFunctions, `Stopping execution ${executionArn}`, stop));
  },
});
