import { randomBytes } from 'node:crypto';
import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** A file that the user has named and that is not written; the message says why. */
export class NotWritten extends Error {
  override readonly name = 'NotWritten';
}

/** Refuses what is there already and is no file. A link may be somebody else's, and lead where he wants something written. Throws {@link NotWritten}. */
export const refuseUnlessFile = (path: string): void => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink())
    throw new NotWritten(`${path} is a symbolic link, and nothing is written through one. Name the file itself.`);
  if (found && !found.isFile())
    throw new NotWritten(`${path} is no file: name a file, or one that does not exist yet.`);
};

/** Puts the text in place of a file that the user has named, whole or not at all, and never through a link. Throws {@link NotWritten}. */
export const writeUserFile = (path: string, text: string): void => {
  const fresh = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    refuseUnlessFile(path);
    writeFileSync(fresh, text, { flag: 'wx' }); // a name that nobody knew, and nothing that is there already
    renameSync(fresh, path);
  } catch (cause) {
    if (cause instanceof NotWritten) throw cause;
    rmSync(fresh, { force: true });
    throw new NotWritten(`${path} cannot be written: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
};
