import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** What the data folder takes, in bytes by the part of it that takes them, and what is free where it is. */
export type DiskUse = { readonly parts: ReadonlyMap<string, number>; readonly freeBytes: number };

/** `functions.log.1` and `secrets.json.previous` count as what they were. */
const partOf = (name: string): string => name.replace(/(\.(previous|new|\d+))+$/, '');

const bytesOf = async (path: string): Promise<number> => {
  const found = await lstat(path).catch(() => undefined); // what has gone meanwhile takes nothing
  if (!found) return 0;
  if (!found.isDirectory()) return found.size;
  const names = await readdir(path).catch(() => []);
  let bytes = 0;
  for (const name of names) bytes += await bytesOf(join(path, name));
  return bytes;
};

/** Measures a data folder; it may change meanwhile. */
export const diskUseOf = async (dataFolder: string): Promise<DiskUse> => {
  const parts = new Map<string, number>();
  for (const name of (await readdir(dataFolder)).toSorted())
    parts.set(partOf(name), (parts.get(partOf(name)) ?? 0) + (await bytesOf(join(dataFolder, name))));
  const { bavail, bsize } = await statfs(dataFolder);
  return { parts, freeBytes: bavail * bsize };
};
