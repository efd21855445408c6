import { cpSync, mkdtempSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The root of the project. */
export const project = join(import.meta.dirname, '../..');

/** A fresh clone, in which no packages are installed. */
export const freshClone = (): string => {
  const clone = mkdtempSync(join(tmpdir(), 'clone-'));
  for (const part of ['lib', 'lambdas', 'package.json', 'package-lock.json', 'cdk.json', 'gateways.json'])
    cpSync(join(project, part), join(clone, part), { recursive: true });
  return clone;
};

/** A clone with its packages in place. Its lockfile is as old as can be, so that nothing is ever installed over the project's own packages. */
export const installedClone = (): string => {
  const clone = freshClone();
  utimesSync(join(clone, 'package-lock.json'), 0, 0);
  symlinkSync(join(project, 'node_modules'), join(clone, 'node_modules'));
  return clone;
};
