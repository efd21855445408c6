import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'peers');

/** Says how the packages come here that others use for the same purpose. They are in a folder of their own, and nothing of ours depends on them. */
export const howToInstall = 'npm run bench -- peers installs it';

/** A program of the peers' folder. */
export const peer = (program: string): string => join(folder, program);

export const arePeersInstalled = (): boolean => existsSync(join(folder, 'node_modules', '.package-lock.json'));

/** Installs the packages of the peers' own lockfile, without running anything of theirs. Throws when that fails. */
export const installPeers = (): void => {
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm ? [process.execPath, npm] : ['npm'];
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ci in ${folder} ended with ${status}: it needs the npm registry.`);
};
