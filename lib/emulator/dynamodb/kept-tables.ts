import type { Store } from './store-guard.ts';
import { untilWritten } from './until-written.ts';

/** Whether this place of the store is the definition of a table. */
export const isTable = (place: string): boolean => place.startsWith('table~');

/**
 * Answers reads of the definitions of tables from memory, of which each call of DynamoDB makes one. Every reader gets an
 * object of its own, since dynalite changes what it has read before it writes it.
 */
export const keepTables = (db: Pick<Store, 'get'>) => {
  const tables = untilWritten<{ text?: string }>(
    () => ({}),
    () => undefined,
  );
  const get = db.get.bind(db);
  db.get = (key, read) => {
    if (!read || !isTable(key)) return get(key, read);
    const known = tables.of(key);
    if (known.text !== undefined) return void setImmediate(read, null, JSON.parse(known.text));
    return get(key, (error, value) => {
      if (!error && value !== undefined && tables.mayKeep(key, known)) known.text = JSON.stringify(value);
      read(error, value);
    });
  };
  return { writing: (written: readonly string[]) => tables.writing(written.filter(isTable)) };
};
