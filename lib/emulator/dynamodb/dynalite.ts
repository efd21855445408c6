import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { accountId, region } from '../account.ts';
import type { PlaceOf } from './hot-reads.ts';
import { whyUnusable } from './open-error.ts';
import type { Store as Guarded } from './store-guard.ts';

/** A table as dynalite stores it. */
type Table = { TableStatus: string; GlobalSecondaryIndexes?: { IndexStatus: string }[] };

/** The inside of dynalite that its own server hides: only a listening server closes its store, and ours never listens. */
export type Store = {
  readonly lifecycleManager: { gracefulClose(): Promise<void> };
  readonly tableDb: { awsAccountId: string; awsRegion: string };
  getTable(name: string, read: (error: unknown, table?: Table) => void): void;
  readonly db: Guarded & {
    open(): Promise<void>;
    /** dynalite's own close ends the store for good; this one can be opened again. */
    readonly close: { readonly _original: () => Promise<void> };
    put(key: string, value: Table): Promise<void>;
    iterator(range?: { gte: string; lt: string }): AsyncIterable<[string, Table]>;
    keys(range?: object): Iterator;
    values(range?: object): Iterator;
  };
};
type Iterator = { next(): Promise<unknown>; close(): Promise<void> };

type Options = { path?: string; createTableMs: number; deleteTableMs: number; updateTableMs: number };

const require = createRequire(import.meta.url);
const dynalite: (options: Options) => EventEmitter = require('dynalite');
const stores: {
  create(options: Options): Store;
  validateKey(key: object, table: Table): unknown;
  createKey(key: object, table: Table): string;
} = require('dynalite/db');

/** Where an item of a table stands in the store, see {@link PlaceOf}. */
export const placesIn =
  (store: Pick<Store, 'getTable'>): PlaceOf =>
  (name, key) =>
    new Promise((resolve) => {
      store.getTable(name, (_error, table) => {
        const isKey = table !== undefined && !stores.validateKey(key, table);
        resolve(isKey ? `item-${name}~${stores.createKey(key, table)}` : undefined);
      });
    });

/** A dynalite server that does not listen: it answers what is emitted to it as `request`. Rejects with `DataFolderUnusable` when the folder is in use or damaged. */
export const openDynalite = async (
  folder: string | undefined,
): Promise<{ readonly server: EventEmitter; readonly store: Store }> => {
  const { server, store } = createWithStore({
    ...(folder ? { path: folder } : {}),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  closeIterators(store.db);
  Object.assign(store.tableDb, { awsAccountId: accountId, awsRegion: region });
  try {
    await store.db.open();
    if (folder) await readWhole(store);
    await finishTables(store);
  } catch (error) {
    throw folder ? whyUnusable(folder, error) : error;
  }
  return { server, store };
};

/**
 * dynalite 4.0.0 ends what it has read by `return`, which iterators of its store do not have: each query would leave one open,
 * and with it 28 KB and everything that was written since, until the store is closed.
 */
const closeIterators = (db: Store['db']): void => {
  for (const name of ['keys', 'values'] as const) {
    const open = db[name].bind(db);
    db[name] = (range) => {
      const iterator = open(range);
      return Object.assign(iterator, { return: () => iterator.close() });
    };
  }
};

const createWithStore = (options: Options): { server: EventEmitter; store: Store } => {
  const create = stores.create;
  let store: Store | undefined;
  stores.create = (given) => {
    store = create(given);
    return store;
  };
  try {
    const server = dynalite(options);
    if (!store) throw new Error('This version of dynalite makes its store in another way than 4.0.0 does.');
    return { server, store };
  } finally {
    stores.create = create;
  }
};

/** Damage is found now, and not by the one request that reads it. */
const readWhole = async ({ db }: Store): Promise<void> => {
  for await (const _ of db.iterator());
};

/** A process that was killed while it created a table leaves it in CREATING for good; it is empty and usable. */
const finishTables = async ({ db }: Store): Promise<void> => {
  for await (const [key, table] of db.iterator({ gte: 'table~', lt: 'table\x7f' })) {
    if (table.TableStatus !== 'CREATING') continue;
    table.TableStatus = 'ACTIVE';
    for (const index of table.GlobalSecondaryIndexes ?? []) index.IndexStatus = 'ACTIVE';
    await db.put(key, table);
  }
};
