import { DataFolderUnusable } from '../wire/data-folder.ts';

const textOf = (error: unknown): string =>
  error instanceof Error ? `${'code' in error ? String(error.code) : ''} ${error.message} ${textOf(error.cause)}` : '';

/** Why the tables in a folder could not be opened or read, in words, and what to do. */
export const whyUnusable = (folder: string, cause: unknown): DataFolderUnusable => {
  const text = textOf(cause);
  if (/LEVEL_LOCKED/.test(text))
    return new DataFolderUnusable(
      `The data folder is in use by another process, which holds ${folder}: stop it, or give another folder with --data.`,
      { cause },
    );
  if (/No space left|Disk quota|ENOSPC|EDQUOT/i.test(text))
    return new DataFolderUnusable(`${folder}: the disk is full: free some space, and start again.`, { cause });
  if (/Permission denied|Read-only|EACCES|EROFS/i.test(text))
    return new DataFolderUnusable(`${folder}: this user may not write there.`, { cause });
  return new DataFolderUnusable(
    `${folder} is damaged (${text.trim().slice(0, 200)}). It holds the records of all gateways: put a backup of the whole data folder, made while nothing ran, in its place. ` +
      'Without one, move the data folder away and apply your gateways again: kits then need the new credentials.',
    { cause },
  );
};
