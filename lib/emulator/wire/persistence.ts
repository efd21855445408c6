import { copyFileSync, linkSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataFolderUnusable } from './data-folder.ts';
import { replaceOwnFile } from './own-file.ts';
import { AwsError } from './service.ts';

/** Where an emulated service keeps its state between starts; `save` is atomic, so a killed process leaves old or new, never half. */
export type Persistence<State> = { load(): State | undefined; save(state: State): void };

/** Keeps nothing: for `--ephemeral` and tests. */
export const inMemory = <State>(): Persistence<State> => ({ load: () => undefined, save: () => undefined });

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

const damaged = (path: string, why: string, cause?: unknown): DataFolderUnusable =>
  new DataFolderUnusable(
    `${path} is damaged: ${why}. Keep it, and start again with ${path}.previous in its place, which is how it was before the last change, ` +
      'or with a backup of the data folder. What it holds is nowhere else on this machine.',
    { cause },
  );

const keepPrevious = (path: string): void => {
  const previous = `${path}.previous`;
  rmSync(previous, { force: true });
  try {
    linkSync(path, previous);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return; // the first save
    copyFileSync(path, previous); // a file system without links
  }
};

/**
 * One JSON file, readable by its owner only (0600), flushed to the disk and replaced by rename; the one before stays beside it as
 * `.previous`. `load` throws `DataFolderUnusable` for what is no such state, and then it is never overwritten; `save` throws
 * ServiceUnavailable while nothing can be written.
 */
export const inFile = <State>(path: string, isState: (value: unknown) => boolean): Persistence<State> => ({
  load: () => {
    let value: unknown;
    try {
      value = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      if (codeOf(error) !== '') throw error;
      throw damaged(path, 'it is no JSON', error);
    }
    if (!isState(value)) throw damaged(path, 'it is JSON, but not what was written there');
    return value as State;
  },
  save: (state) => {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      replaceOwnFile(path, JSON.stringify(state), 0o600, () => keepPrevious(path));
    } catch (error) {
      rmSync(`${path}.new`, { force: true }); // half of it helps nobody, and takes space
      throw new AwsError('ServiceUnavailable', `Nothing can be written on this machine (${codeOf(error)}).`, 503);
    }
  },
});
