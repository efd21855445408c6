import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Runs a command whose output is shown. Throws when it cannot be started or does not end with 0. */
export const runOrThrow = (command: string, ...args: readonly string[]): void => {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error || status !== 0) throw new Error(`${command} failed${error ? `: ${error.message}` : ''}: see above.`);
};

/** Where a tool is that {@link installPython} has put into the folder. */
export const pythonTool = (folder: string, tool: string): string => join(folder, 'venv', 'bin', tool);

/** Installs the Python packages of a requirements file into the folder; needs Python 3.9 or newer with venv. Throws when that fails. */
export const installPython = (folder: string, requirements: string): void => {
  const install = ['install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
  try {
    runOrThrow('python3', '-m', 'venv', join(folder, 'venv'));
    runOrThrow(pythonTool(folder, 'pip'), ...install);
  } catch (cause) {
    throw new Error(`${requirements} could not be installed. It needs Python 3.9 or newer with venv.`, { cause });
  }
};
