// Runs a file of the project from whatever Node (>= 20) is installed: installs the lockfile's packages first, and runs on their Node.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs `file`, named from the root of the project, as this process would: its streams, its signals, how it ended. */
export const runOnOwnNode = async (file, args) => {
  await import('./bootstrap.mjs');
  const ownNode = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  const child = spawn(existsSync(ownNode) ? ownNode : process.execPath, [join(root, file), ...args], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'), ...process.env },
    shell: process.platform === 'win32',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
};
