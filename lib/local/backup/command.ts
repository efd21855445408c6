import { resolve } from 'node:path';
import { dataFolderIn, dataFolderVariable, defaultDataFolder, startCommand } from '../../defaults.ts';
import { OptionRefused, readFlags } from '../read-flags.ts';
import type { Contents } from './manifest.ts';
import { restoreBackup } from './restore-backup.ts';
import { takeBackup } from './take-backup.ts';

type Name = 'backup' | 'restore';

const usages: Readonly<Record<Name, string>> = {
  backup: `Backs up a data folder, also while a machine runs on it.

  ${startCommand('backup', '--to', 'FOLDER', '[--data DIR]')}

  --to FOLDER    the folder to make; all secrets are in it, readable by your user alone
  --data DIR     the data folder (default: ${dataFolderVariable}, or ${defaultDataFolder})`,
  restore: `Restores a backup into an empty data folder.

  ${startCommand('restore', '--from', 'FOLDER', '[--data DIR]')}

  --from FOLDER  the backup
  --data DIR     the data folder, empty or not there yet (default: ${dataFolderVariable}, or ${defaultDataFolder})`,
};

const text = { type: 'string' } as const;
const flags = { to: text, from: text, data: text, help: { type: 'boolean' } } as const;

const sizeOf = ({ files }: Contents): string => {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`;
};

/** Makes or restores a backup as the command line says, and answers what a person has to know of it. Throws {@link OptionRefused} and `BackupRefused`. */
export const runBackupCommand = async (
  name: Name,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string> => {
  const { to, from, data = dataFolderIn(environment), help } = readFlags(args, flags, name);
  if (help) return usages[name];
  const [flag, place, other] = name === 'backup' ? ['--to', to, from] : ['--from', from, to];
  if (place === undefined || other !== undefined)
    throw new OptionRefused(
      `${name} needs ${flag} FOLDER, and no more than --data DIR besides. See ${startCommand(name, '--help')}.`,
    );
  if (name === 'backup') {
    const contents = await takeBackup(resolve(data), resolve(place));
    return [
      `Backed up ${resolve(data)} as of ${contents.takenAt}: ${sizeOf(contents)}, read back and as written, in ${resolve(place)}.`,
      'It holds every secret of this machine as it is: keep it where you would keep the credentials themselves.',
    ].join('\n');
  }
  const contents = await restoreBackup(resolve(place), resolve(data));
  return [
    `Restored ${resolve(data)} as of ${contents.takenAt}: ${sizeOf(contents)}.`,
    'What happened since then is not known there: a credential that was revoked or compromised later is accepted again, and one that was made later is refused.',
    'Start it, press compromise again where that was done since, and rotate every gateway: that retires whatever is accepted and should not be.',
  ].join('\n');
};
