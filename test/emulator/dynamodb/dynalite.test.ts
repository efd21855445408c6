import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { openDynalite } from '../../../lib/emulator/dynamodb/dynalite.ts';

const folder = mkdtempSync(join(tmpdir(), 'dynalite-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ['on a disk', join(folder, 'store')],
  ['in memory', undefined],
])('a store %s', (_, path) => {
  const opened = async () => {
    const { store } = await openDynalite(path);
    const { db } = store;
    const iterators: ReturnType<typeof db.values>[] = [];
    for (const name of ['keys', 'values'] as const) {
      const open = db[name].bind(db);
      db[name] = (range) => {
        const iterator = open(range);
        iterators.push(iterator);
        return iterator;
      };
    }
    for (const key of ['a', 'b', 'c']) await db.put(key, { TableStatus: key });
    return { db, iterators, close: () => store.lifecycleManager.gracefulClose() };
  };

  test.each(['createKeyStream', 'createValueStream'] as const)(
    'holds nothing open for a %s that has ended, or is not read to its end',
    async (kind) => {
      const { db, iterators, close } = await opened();
      const stream = (): Readable => {
        const made = db[kind]({ gte: 'a' });
        if (made instanceof Readable) return made;
        throw new Error('No stream was made.');
      };
      const whole = stream();
      expect(await whole.toArray()).toHaveLength(3);
      const half = stream();
      const ended = once(half, 'close');
      half.once('data', () => half.destroy());
      await ended;
      expect(iterators).toHaveLength(2);
      for (const iterator of iterators)
        await expect(iterator.next()).rejects.toMatchObject({ code: 'LEVEL_ITERATOR_NOT_OPEN' });
      await close();
    },
  );
});
