import type * as failures from './failure.ts';

/** The literal names of our errors. */
export type FailureName = InstanceType<(typeof failures)[keyof typeof failures]>['name'];

/** What each error means by whose name the state machine, alarms and people know it; it does not compile until all are here. */
export const failureNames: Readonly<Record<FailureName, string>> = {
  TemporarilyUnavailable: 'Something outside did not answer, or not clearly. The same step is tried again.',
  RotationPreempted: 'The record names another run, or a later attempt: this execution has nothing more to do.',
  InputRefused: 'What was given cannot be carried out as it is. The message says what is allowed.',
  RotationRefused: 'The gateway does not allow a rotation now. The message begins with the code of the refusal.',
  RotationInOverlap: 'Secrets Manager began a rotation while another one overlaps. It tries again within its window.',
  StepFailed: 'A step cannot be done although everything answered. The message says what a person has to look at.',
  CurrentMovedElsewhere: 'AWSCURRENT names a version that the record does not know: somebody put a value by hand.',
};
