import { appendFileSync, closeSync, constants, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Puts the text in place of a file of the data folder, flushed to the disk, whole or not at all. A link in its place is
 * replaced, and one beside it never followed. `before` is done when the new text is on the disk and the old one still there.
 */
export const replaceOwnFile = (
  path: string,
  text: string | Buffer,
  mode: number,
  before: () => void = () => undefined,
): void => {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode, flush: true, flag: 'wx' });
  before();
  renameSync(fresh, path);
};

/** How a file is opened to append to it: never through a link; where the system does not know the flag, ordinary users can make none. */
export const appending = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/** Appends to a file of the data folder (0600). Throws ELOOP for a link. */
export const appendOwnFile = (path: string, text: string): void => {
  const file = openSync(path, appending, 0o600);
  try {
    appendFileSync(file, text);
  } finally {
    closeSync(file);
  }
};
