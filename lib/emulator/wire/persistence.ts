import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { replaceOwnFile } from './own-file.ts';

/** Where an emulated service keeps its state between starts; `save` is atomic, so a killed process leaves old or new, never half. */
export type Persistence<State> = { load(): State | undefined; save(state: State): void };

/** Keeps nothing: for `--ephemeral` and tests. */
export const inMemory = <State>(): Persistence<State> => ({ load: () => undefined, save: () => undefined });

/** One JSON file, readable by its owner only (0600), flushed to the disk and replaced by rename. Throws when the file is not JSON: it is never overwritten then. */
export const inFile = <State>(path: string): Persistence<State> => ({
  load: () => {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as State;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw new Error(`${path} cannot be read as JSON; move it away to start empty.`, { cause: error });
    }
  },
  save: (state) => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    replaceOwnFile(path, JSON.stringify(state), 0o600);
  },
});
