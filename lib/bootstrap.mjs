// Runs before every npm script, on whatever Node (>= 20) is installed: makes node_modules match the lockfile.
// The packages include the project's own Node 24, so everything after this runs on that.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lockfile = join(root, 'package-lock.json');
const installed = join(root, 'node_modules', '.package-lock.json');

const reason = !existsSync(installed)
  ? 'no packages are installed yet'
  : statSync(installed).mtimeMs < statSync(lockfile).mtimeMs
    ? 'the lockfile is newer than the installed packages'
    : undefined;

if (reason !== undefined) {
  console.error(`Installing the packages of package-lock.json (${reason}); this is done once.`);
  const command = process.env.npm_execpath
    ? [process.execPath, [process.env.npm_execpath]]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  const { status, error } = spawnSync(
    command[0],
    [...command[1], 'ci', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
    },
  );
  if (status !== 0) {
    console.error(
      `The install failed (${error?.message ?? `npm ci ended with ${status}`}). It needs the npm registry; run it again when that is reachable.`,
    );
    process.exit(1);
  }
}

const ownNode = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
if (!existsSync(ownNode) && Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Node 24 is needed and this is ${process.version}: no Node package for ${process.platform}-${process.arch} came with the install. ` +
      'Install Node 24 yourself, or remove node_modules and run again without --omit=optional.',
  );
  process.exit(1);
}
