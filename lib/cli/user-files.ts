import { readFileSync } from 'node:fs';
import { NotWritten, writeUserFile } from '../user-file.ts';
import { CommandFailed } from './failure.ts';

/** The text of a file the user has named. Throws {@link CommandFailed}. */
export const readText = (file: string): string => readBytes(file).toString('utf8');

/** The same as it is. */
export const readBytes = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CommandFailed('usage', `${file} cannot be read: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
};

/** Puts the text in place of a file the user has named, whole or not at all. Throws {@link CommandFailed}. */
export const writeText = (file: string, text: string): void => {
  try {
    writeUserFile(file, text);
  } catch (error) {
    if (error instanceof NotWritten) throw new CommandFailed('usage', error.message, { cause: error });
    throw error;
  }
};
