/** How a command can end. */
export const exitCodes = {
  done: 0,
  /** The system refused it, or what it waited for failed. */
  refused: 1,
  /** The command line cannot be followed; nothing was asked of the system. */
  usage: 2,
  /** Somebody had to say yes, and did not; nothing was changed. */
  declined: 3,
  /** The system could not be asked: no credentials, no stack, no permission, no answer. */
  unreachable: 4,
  /** What was checked is unchanged, but nothing says whose it is. */
  unvouched: 5,
} as const;

/** What ends a command other than by being done; the message is for the person who typed it, and says what to do. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly exitCode: number;

  constructor(kind: Exclude<keyof typeof exitCodes, 'done' | 'unvouched'>, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCodes[kind];
  }
}
