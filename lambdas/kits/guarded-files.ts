import type { Kit } from '../domain/kit.ts';
import { refusalOfFolder } from '../domain/kit-folders.ts';
import type { KitFiles, KitReach } from '../ports.ts';
import { KitMisconfigured } from './kit-errors.ts';

/** The files of one kit, in no other folder than the deployment allows, whatever the record says that somebody has applied before. Throws KitMisconfigured too. */
export const guardedFiles = (
  { folders, files }: Pick<KitReach, 'folders' | 'files'>,
  kit: Pick<Kit, 'gatewayId' | 'kitId'>,
): KitFiles => {
  const check = (folder: string): void => {
    const answer = refusalOfFolder(folder, folders);
    if (answer === undefined) return;
    const todo = 'Nothing was read or written.';
    throw new KitMisconfigured('FOLDER_NOT_ALLOWED', { doing: 'Opening its folder', kit, answer, todo });
  };
  return {
    read: async (folder, ...more) => {
      check(folder);
      return files.read(folder, ...more);
    },
    replace: async (folder, ...more) => {
      check(folder);
      return files.replace(folder, ...more);
    },
  };
};
