import {
  DescribeExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { attemptInput, executionName } from '../domain/attempt.ts';
import { StepFailed, TemporarilyUnavailable } from '../domain/failure.ts';
import type { Gateway, Rotation } from '../domain/gateway.ts';
import { executionArnOf } from './execution-arn.ts';

/** How an execution stands: `ABSENT` was never started, `ENDED` ended by itself, well or badly, `ABORTED` was stopped by somebody. */
export type ExecutionState =
  | { readonly kind: 'RUNNING' }
  | { readonly kind: 'ABSENT' }
  | { readonly kind: 'ENDED' | 'ABORTED'; readonly failed: boolean; readonly stoppedAtMs: number };

/** The executions of the rotation's state machine. */
export type Executions = {
  /** The ARN that the execution of an attempt has, known before it is started. */
  arnOf(rotation: Pick<Rotation, 'rotationId'>, attempt: number): string;
  /** Starts the attempt that the record names; again, and again, it is the same execution. */
  start(gateway: Gateway): Promise<void>;
  stateOf(executionArn: string): Promise<ExecutionState>;
  /** Stops an execution of a pre-empted run; one that has ended or never was is fine. */
  stop(executionArn: string, cause: string): Promise<void>;
};

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : 'unknown');

export const executionsOf = (stepFunctions: SFNClient, stateMachineArn: string): Executions => ({
  arnOf: ({ rotationId }, attempt) => executionArnOf(stateMachineArn, executionName(rotationId, attempt)),
  start: async (gateway) => {
    const input = attemptInput(gateway);
    if (!gateway.rotation || !input)
      throw new StepFailed(`Gateway ${gateway.gatewayId} has no rotation to start an execution for.`);
    const name = executionName(gateway.rotation.rotationId, gateway.rotation.attempt);
    try {
      await stepFunctions.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
    } catch (cause) {
      if (nameOf(cause) === 'ExecutionAlreadyExists') return; // this attempt ran and ended: the next one is somebody's decision
      throw new TemporarilyUnavailable(`Starting execution ${name}: Step Functions answered ${nameOf(cause)}.`, {
        cause,
      });
    }
  },
  stateOf: async (executionArn) => {
    try {
      const { status, stopDate } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return { kind: 'RUNNING' };
      return {
        kind: status === 'ABORTED' ? 'ABORTED' : 'ENDED',
        failed: status !== 'SUCCEEDED',
        stoppedAtMs: stopDate?.getTime() ?? 0,
      };
    } catch (cause) {
      if (nameOf(cause) === 'ExecutionDoesNotExist') return { kind: 'ABSENT' };
      throw new TemporarilyUnavailable(
        `Asking for execution ${executionArn}: Step Functions answered ${nameOf(cause)}.`,
        { cause },
      );
    }
  },
  stop: async (executionArn, cause) => {
    await stepFunctions
      .send(new StopExecutionCommand({ executionArn, error: 'RotationPreempted', cause }))
      .catch((error: unknown) => {
        if (nameOf(error) === 'ExecutionDoesNotExist') return;
        throw new TemporarilyUnavailable(
          `Stopping execution ${executionArn}: Step Functions answered ${nameOf(error)}.`,
          { cause: error },
        );
      });
  },
});
