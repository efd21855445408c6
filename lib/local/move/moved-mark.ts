import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { DataFolderUnusable } from '../../emulator/wire/data-folder.ts';
import { replaceOwnFile } from '../../emulator/wire/own-file.ts';

const mark = z.strictObject({
  to: z.string().min(1).describe('The deployment that the gateways are moved to.'),
  atMs: z.number(),
});

/** Where the gateways of a data folder were moved to, and when. */
export type MovedMark = z.output<typeof mark>;

const fileIn = (dataFolder: string): string => join(dataFolder, 'moved.json');

/** Whether, and where to, the gateways of a data folder were moved. Throws `DataFolderUnusable` for a mark that cannot be read: that is not no. */
export const movedMarkIn = (dataFolder: string): MovedMark | undefined => {
  const path = fileIn(dataFolder);
  if (!existsSync(path)) return undefined;
  try {
    return mark.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new DataFolderUnusable(
      `${path} is damaged. It says that the gateways were moved to another deployment: move them once more, or remove it if they never were.`,
      { cause },
    );
  }
};

/** From now on nothing rotates here, whether a machine runs on the folder or is started later. */
export const markMoved = (dataFolder: string, moved: MovedMark): void =>
  replaceOwnFile(fileIn(dataFolder), `${JSON.stringify(moved)}\n`, 0o600);

/** As if nothing had been moved. */
export const unmarkMoved = (dataFolder: string): void => rmSync(fileIn(dataFolder), { force: true });
