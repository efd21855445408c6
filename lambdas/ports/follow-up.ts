import type { GatewayId, RotationId } from '../domain/ids.ts';

/** What a press of the compromise button leaves to be done after its answer: executions are stopped and started, and it is published. */
export type PressFollowUp = {
  readonly gatewayId: GatewayId;
  readonly requestId: string;
  /** The run that goes on, and its attempt in the record when it was pressed. */
  readonly rotationId: RotationId;
  readonly attempt: number;
  /** The run may wait for a later end than there is now. */
  readonly wakes: boolean;
  /** The execution of the run that was pre-empted. */
  readonly stops?: string;
};

/** Has it done by another function, and does not wait for it; what is lost on the way is the reconciler's a minute later. Throws TemporarilyUnavailable. */
export type FollowUp = (press: PressFollowUp) => Promise<void>;
