import { mkdirSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDynalite } from './dynalite.ts';

const atOnce = 1_000;

/** Writes into a new store what {@link DynamoDb.entries} of another gave, flushed to the disk. Rejects with `DataFolderUnusable` when the folder is in use. */
export const fillTables = async (folder: string, entries: AsyncIterable<readonly [string, unknown]>): Promise<void> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { store } = await openDynalite(folder);
  try {
    let waiting: { readonly type: 'put'; readonly key: string; readonly value: unknown }[] = [];
    const flush = async (): Promise<void> => {
      await store.db.batch(waiting);
      waiting = [];
    };
    for await (const [key, value] of entries) {
      waiting.push({ type: 'put', key, value });
      if (waiting.length >= atOnce) await flush();
    }
    await flush();
  } finally {
    await store.lifecycleManager.gracefulClose();
  }
  for (const name of await readdir(folder)) {
    const file = await open(join(folder, name), 'r+'); // LevelDB leaves it to the system when it is on the disk
    await file.sync().finally(() => file.close());
  }
};
