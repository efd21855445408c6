import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { DataFolderUnusable } from '../emulator/wire/data-folder.ts';
import { replaceOwnFile } from '../emulator/wire/own-file.ts';

/** The form in which this version keeps a data folder. It is raised when an older version could no longer read what is written. */
export const dataFormat = 1;

const mark = z.looseObject({
  format: z.number().int().positive(),
  isRestoring: z.boolean().optional(),
});

const fileIn = (folder: string): string => join(folder, 'format.json');

/** The form that a folder was written in: 0 before folders said so, `undefined` for one in which nothing is kept yet. */
const formatOf = (folder: string): z.output<typeof mark> | { readonly format: 0 } | undefined => {
  const path = fileIn(folder);
  if (!existsSync(path)) return existsSync(join(folder, 'tables')) ? { format: 0 } : undefined;
  const read = mark.safeParse(jsonIn(path));
  if (read.success) return read.data;
  throw new DataFolderUnusable(
    `${path} is damaged: it should say {"format":${dataFormat}}, or the number that the version which wrote this folder gives it. Correct it, or take a backup of the folder.`,
  );
};

const jsonIn = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

/** Refuses a folder that this version cannot read, before anything in it is touched. Throws `DataFolderUnusable`. */
export const checkDataFormat = (folder: string): void => {
  const found = formatOf(folder);
  if (!found) return;
  if (found.format > dataFormat)
    throw new DataFolderUnusable(
      `${folder} was written by a newer version: its format is ${found.format}, and this version reads up to ${dataFormat}. ` +
        'Install that version again, or restore a backup from before the upgrade into an empty folder. Nothing was changed.',
    );
  if ('isRestoring' in found && found.isRestoring)
    throw new DataFolderUnusable(`${folder}: a restore ended half-way there. Empty the folder, and restore again.`);
};

/** Says in the folder which form it has from now on. Call it only when the folder is ours: every form up to this one is read as it is. */
export const markDataFormat = (folder: string, { isRestoring = false } = {}): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify({ format: dataFormat, ...(isRestoring ? { isRestoring } : {}) })}\n`;
  const path = fileIn(folder);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return; // a full disk is no reason not to start
  replaceOwnFile(path, text, 0o600);
};
