import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../lib/constructs/bundle.ts';

const project = join(import.meta.dirname, '..', '..');
const hook = join(import.meta.dirname, 'record-loads.ts');

/** What a user runs, each so that it loads all that it has and ends by itself. */
const programs = [
  ['lib/local/start.ts', '--plan', '--ephemeral', '--port', '0', '--aws-port', '0', '--console-port', '0'],
  ['lib/cli/main.ts', '--help'],
] as const;

/** Every file that these programs load, in the processes that they start too. Throws when one of them fails. */
export const loadedByPrograms = (folder: string): readonly string[] => {
  const file = join(folder, 'loads');
  const env = { ...process.env, LOADS_FILE: file, NODE_OPTIONS: `--import=${hook}` };
  for (const program of programs) {
    const { status, stderr } = spawnSync(process.execPath, program, { cwd: project, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program.join(' ')} ended with ${status}: ${stderr}`);
  }
  const urls = readFileSync(file, 'utf8').split('\n');
  return urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
};

/** Every file that is in the bundle of a function. */
export const bundled = (folder: string): readonly string[] =>
  globSync('lambdas/*.ts', { cwd: project })
    .filter((source) => source !== 'lambdas/ports.ts')
    .flatMap((source) => Object.keys(bundle(source, join(folder, 'bundle.mjs')).inputs));

/** The lockfile of this project. */
export const readLockfile = () => JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
