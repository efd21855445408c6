/** Something outside did not answer, or not clearly (timeout, 5xx, throttling, a lost race): the same step may be tried again. */
export class TemporarilyUnavailable extends Error {
  override readonly name = 'TemporarilyUnavailable';
}

/** The record names another run, or a later attempt of this one: this run has nothing more to do. */
export class RotationPreempted extends Error {
  override readonly name = 'RotationPreempted';
}

/** What was given cannot be carried out as it is; the message says what is allowed. */
export class InputRefused extends Error {
  override readonly name = 'InputRefused';
}

/** The gateway's state does not allow a rotation now; the message carries the reason code. */
export class RotationRefused extends Error {
  override readonly name = 'RotationRefused';
}

/** Secrets Manager began a rotation while another one overlaps; it tries again within its window, and alarms know this name. */
export class RotationInOverlap extends Error {
  override readonly name = 'RotationInOverlap';
}

/** A step cannot be done although everything answered; the message says what a person has to look at. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

/** The secret that the record names is not there. */
export class SecretGone extends StepFailed {}

/** Secrets Manager takes no more labels or versions for the secret: what nobody needs is to be released first. */
export class SecretLimitMet extends StepFailed {}

/** AWSCURRENT names a version that the record does not know: somebody put a value by hand. Nothing is moved. */
export class CurrentMovedElsewhere extends Error {
  override readonly name = 'CurrentMovedElsewhere';
}
