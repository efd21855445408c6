import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { TemporarilyUnavailable } from '../domain/failure.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';
import { executionArnOf } from './execution-arn.ts';

/** What a person starts an execution with; see `begin-rotation.ts`. */
export type ManualStart = {
  readonly gatewayId: GatewayId;
  readonly reason: string;
  readonly actor: string;
  readonly plan?: true;
};

/** What became of a plan. */
export type PlanState = { readonly status: 'RUNNING' | 'FAILED' } | { readonly status: 'READY'; readonly plan: Plan };

/** The plans that people have asked for. */
export type Plans = {
  /** By the name of the execution; `undefined` when there is none of that name. */
  of(name: string): Promise<PlanState | undefined>;
};

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : 'unknown');

/** The plans of one state machine. Throws {@link TemporarilyUnavailable}. */
export const plansOf = (stepFunctions: SFNClient, stateMachineArn: string): Plans => ({
  of: async (name) => {
    const executionArn = executionArnOf(stateMachineArn, name);
    try {
      const { status, output } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
      if (status === 'RUNNING') return { status };
      const { plan } = JSON.parse(output ?? '{}') as { plan?: Plan };
      return status === 'SUCCEEDED' && plan ? { status: 'READY', plan } : { status: 'FAILED' };
    } catch (cause) {
      if (nameOf(cause) === 'ExecutionDoesNotExist') return undefined;
      throw new TemporarilyUnavailable(`Asking for a plan: Step Functions answered ${nameOf(cause)}.`, { cause });
    }
  },
});

/** Starts of the workflow by people. */
export type ManualStarts = {
  /** The ARN of an execution by its name; the rotation's id follows from it. */
  arnOf(name: string): string;
  /** The same name is the same execution, however often it is started. */
  start(name: string, input: ManualStart): Promise<void>;
};

/** The starts of one state machine. Throws {@link TemporarilyUnavailable}. */
export const manualStartsOf = (stepFunctions: SFNClient, stateMachineArn: string): ManualStarts => ({
  arnOf: (name) => executionArnOf(stateMachineArn, name),
  start: async (name, input) => {
    try {
      await stepFunctions.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
    } catch (cause) {
      if (nameOf(cause) === 'ExecutionAlreadyExists') return;
      throw new TemporarilyUnavailable(`Starting execution ${name}: Step Functions answered ${nameOf(cause)}.`, {
        cause,
      });
    }
  },
});
