import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamoDb } from '../../emulator/dynamodb/dynamodb.ts';

/** A data folder as of one moment. */
export type Frozen = {
  readonly atMs: number;
  readonly entries: AsyncIterable<readonly [string, unknown]>;
  readonly files: readonly { readonly path: string; readonly bytes: Buffer }[];
  /** Files that are only appended to: as long as they were, the rest came later. */
  readonly journals: readonly { readonly path: string; readonly length: number }[];
};

/** Made anew at each start, on its way to be something else, or about what happened and not what is. */
const leftOut = /^(console-link|space-probe|format\.json|functions\.log.*|backup-.*|.*\.(new|previous))$/;

/**
 * Everything in a data folder in one moment: the tables by a snapshot of their store, the files by reading them, in one turn of
 * this process, in which nobody else of it writes. So it is what a kill in that moment would have left, and is gone on
 * with as after a kill: no record names a credential whose value was not written before it.
 */
export const freeze = (dataFolder: string, entries: DynamoDb['entries'], nowMs: number): Frozen => {
  const frozen = { atMs: nowMs, entries: entries() };
  const kept = readdirSync(dataFolder, { withFileTypes: true }).filter(({ name }) => !leftOut.test(name));
  const files = kept
    .filter((one) => one.isFile())
    .map(({ name }) => ({ path: name, bytes: readFileSync(join(dataFolder, name)) }));
  const journals = kept
    .filter((one) => one.isDirectory() && one.name !== 'tables')
    .flatMap(({ name }) => readdirSync(join(dataFolder, name)).map((inside) => join(name, inside)))
    .map((path) => ({ path, length: statSync(join(dataFolder, path)).size }));
  return { ...frozen, files, journals };
};
