import { join } from 'node:path';

/** Where what makes the next start faster is kept: where systemd says (`CacheDirectory=`), since what is installed may be read-only there, or beside the packages. */
export const cacheFolder = (projectFolder: string): string =>
  process.env.CACHE_DIRECTORY ?? join(projectFolder, 'node_modules', '.cache');
