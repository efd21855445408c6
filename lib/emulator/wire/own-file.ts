import { appendFileSync, closeSync, constants, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Writes the text beside a file of the data folder, flushed to the disk, and returns where. A link there is replaced. */
export const freshBeside = (path: string, text: string | Buffer, mode: number): string => {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode, flush: true, flag: 'wx' });
  return fresh;
};

/** Puts the text in place of a file of the data folder, flushed to the disk, whole or not at all. A link in its place is replaced, and one beside it never followed. */
export const replaceOwnFile = (path: string, text: string | Buffer, mode: number): void =>
  renameSync(freshBeside(path, text, mode), path);

/** Never through a link; where the system does not know the flag, ordinary users can make none. */
const appending = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

/** Appends to a file of the data folder (0600), off the path of who asks. Rejects with ELOOP for a link. */
export const appendOwnFileLater = async (path: string, text: string): Promise<void> => {
  const file = await open(path, appending, 0o600);
  try {
    await file.appendFile(text);
  } finally {
    await file.close();
  }
};

/** Appends to a file of the data folder (0600). Throws ELOOP for a link. */
export const appendOwnFile = (path: string, text: string): void => {
  const file = openSync(path, appending, 0o600);
  try {
    appendFileSync(file, text);
  } finally {
    closeSync(file);
  }
};
