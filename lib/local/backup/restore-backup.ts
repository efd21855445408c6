import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fillTables } from '../../emulator/dynamodb/fill-tables.ts';
import { markDataFormat } from '../data-format.ts';
import { BackupRefused } from './backup-refused.ts';
import { readEntries } from './entries.ts';
import { type Contents, checkedContents, tablesFile } from './manifest.ts';

const refuseUnlessEmpty = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (readdirSync(folder).length > 0)
    throw new BackupRefused(
      `${folder} is not empty, and may be in use: stop what runs there and move it away, or name another folder with --data. Nothing was restored.`,
    );
};

/**
 * Restores a backup into an empty folder, or one that is not there yet: first every byte of the backup is checked, and until the
 * last one is written no start uses the folder. Throws {@link BackupRefused}, having changed nothing.
 */
export const restoreBackup = async (from: string, dataFolder: string): Promise<Contents> => {
  const contents = await checkedContents(from);
  refuseUnlessEmpty(dataFolder);
  await chmod(dataFolder, 0o700);
  markDataFormat(dataFolder, { isRestoring: true });
  await fillTables(join(dataFolder, 'tables'), readEntries(join(from, tablesFile)));
  for (const { path } of contents.files) {
    if (path === tablesFile) continue;
    const to = join(dataFolder, path);
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    copyFileSync(join(from, path), to);
    await chmod(to, 0o600);
  }
  markDataFormat(dataFolder);
  return contents;
};
