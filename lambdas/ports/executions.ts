import type { Gateway, Rotation } from '../domain/gateway.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { Plan } from '../domain/plan.ts';

/** How an execution stands: `ABSENT` was never started, `ENDED` ended by itself, well or badly, `ABORTED` was stopped by somebody. */
export type ExecutionState =
  | { readonly kind: 'RUNNING' }
  | { readonly kind: 'ABSENT' }
  | { readonly kind: 'ENDED' | 'ABORTED'; readonly failed: boolean; readonly stoppedAtMs: number };

/** The executions of the rotation's state machine. Throws TemporarilyUnavailable. */
export type Executions = {
  /** The ARN that the execution of an attempt has, known before it is started. */
  arnOf(rotation: Pick<Rotation, 'rotationId'>, attempt: number): string;
  /** Starts the attempt that the record names; again, and again, it is the same execution. */
  start(gateway: Gateway): Promise<void>;
  stateOf(executionArn: string): Promise<ExecutionState>;
  /** Stops an execution of a pre-empted run; one that has ended or never was is fine. */
  stop(executionArn: string, cause: string): Promise<void>;
};

/** What a person starts an execution with; see `begin-rotation.ts`. */
export type ManualStart = {
  readonly gatewayId: GatewayId;
  readonly reason: string;
  readonly actor: string;
  readonly plan?: true;
};

/** Starts of the workflow by people. Throws TemporarilyUnavailable. */
export type ManualStarts = {
  /** The ARN of an execution by its name; the rotation's id follows from it. */
  arnOf(name: string): string;
  /** The same name is the same execution, however often it is started. */
  start(name: string, input: ManualStart): Promise<void>;
};

/** What became of a plan. */
export type PlanState = { readonly status: 'RUNNING' | 'FAILED' } | { readonly status: 'READY'; readonly plan: Plan };

/** The plans that people have asked for. Throws TemporarilyUnavailable. */
export type Plans = {
  /** By the name of the execution; `undefined` when there is none of that name. */
  of(name: string): Promise<PlanState | undefined>;
};
