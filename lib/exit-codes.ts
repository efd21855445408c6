/** How a command can end, and the start of this machine: the same numbers mean the same. */
export const exitCodes = {
  done: 0,
  /** The system refused it, or what it waited for failed. */
  refused: 1,
  /** The command line cannot be followed, or a file that it names; nothing was asked of the system. */
  usage: 2,
  /** Somebody had to say yes, and did not; nothing was changed. */
  declined: 3,
  /** The system could not be asked: no credentials, no stack, no permission, no answer. */
  unreachable: 4,
  /** Asked for by --detailed-exit-code and by `kits check`, where every error is 1: something is not as it should be. */
  differs: 2,
  /** What was checked is unchanged, but nothing says whose it is. */
  unvouched: 5,
} as const;
