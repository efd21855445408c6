/** The failure of a state: `name` is the ASL error name, `causeText` what AWS gives as `Cause` (absent where AWS gives none). */
export class StateError extends Error {
  readonly causeText: string | undefined;

  constructor(name: string, causeText: string | undefined) {
    super(causeText ?? name);
    this.name = name;
    this.causeText = causeText;
  }
}

/** A definition or its data is wrong at run time. No Retry and no Catch sees it, on AWS and here. */
export const runtimeError = (causeText: string): StateError => new StateError('States.Runtime', causeText);

const wildcardsDoNotMatch = new Set(['States.Runtime', 'States.DataLimitExceeded']);

/**
 * Whether an ErrorEquals list matches, as the AWS documentation says: `States.ALL` matches neither States.Runtime nor
 * States.DataLimitExceeded, `States.TaskFailed` also not States.Timeout, and States.Runtime matches nothing at all.
 */
export const matchesError = (errorEquals: readonly string[], error: StateError): boolean =>
  error.name !== 'States.Runtime' &&
  errorEquals.some(
    (wanted) =>
      wanted === error.name ||
      (wanted === 'States.ALL' && !wildcardsDoNotMatch.has(error.name)) ||
      (wanted === 'States.TaskFailed' && !wildcardsDoNotMatch.has(error.name) && error.name !== 'States.Timeout'),
  );

const payloadLimitBytes = 262_144;

/** Throws States.DataLimitExceeded when a state's input or output is larger than the 256 KiB that AWS carries. */
export const checkSize = (of: string, value: unknown): void => {
  if (Buffer.byteLength(JSON.stringify(value)) <= payloadLimitBytes) return;
  throw new StateError(
    'States.DataLimitExceeded',
    `The state/task '${of}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
};
