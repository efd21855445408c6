import { exitCodes } from '../exit-codes.ts';

/** What ends a command other than by being done; the message is for the person who typed it, and says what to do. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly exitCode: number;

  constructor(
    kind: Exclude<keyof typeof exitCodes, 'differs' | 'done' | 'unvouched'>,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.exitCode = exitCodes[kind];
  }
}

/** What the system says of a file that a person named, in words. */
const fileProblems: Readonly<Record<string, string>> = {
  EACCES: 'you may not use it',
  EISDIR: 'it is a folder, and a file is needed',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no folder',
  EPERM: 'you may not use it',
  EROFS: 'nothing can be written there',
};

/** A mistake of the person, or a refusal of AWS, in words; `undefined` for a defect, which shows where it happened. */
export const failureOf = (error: unknown): CommandFailed | undefined => {
  if (error instanceof CommandFailed) return error;
  if (!(error instanceof Error)) return undefined;
  const { code, path, $metadata } = error as Error & Readonly<Record<string, unknown>>;
  const problem = fileProblems[String(code)];
  if (problem !== undefined && typeof path === 'string') {
    return new CommandFailed('usage', `${path}: ${problem}.`, { cause: error });
  }
  if ($metadata === undefined) return undefined;
  const what =
    error.name === 'ResourceNotFoundException' ? 'there is no such thing in this account and region' : error.name;
  return new CommandFailed('unreachable', `AWS refused: ${what}: ${error.message}`, { cause: error });
};
