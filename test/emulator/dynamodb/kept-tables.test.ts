import { expect, test } from 'vitest';
import { keepTables } from '../../../lib/emulator/dynamodb/kept-tables.ts';

const opened = () => {
  const stored = new Map<string, unknown>([['table~gateways', { TableStatus: 'CREATING' }]]);
  const reads: string[] = [];
  const db = {
    get: (key: string, read?: (error: unknown, value?: unknown) => void) => {
      reads.push(key);
      const value = stored.get(key);
      setImmediate(() => read?.(value === undefined ? new Error('NotFound') : null, value));
    },
  };
  const { writing } = keepTables(db);
  const read = (key: string) =>
    new Promise<unknown>((resolve) => void db.get(key, (error, value) => resolve(error ?? value)));
  return { stored, reads, writing, read };
};

test('the definition of a table is read once, and again when it was written', async () => {
  const { stored, reads, writing, read } = opened();
  for (const _ of [1, 2, 3]) expect(await read('table~gateways')).toEqual({ TableStatus: 'CREATING' });
  expect(reads).toHaveLength(1);
  const ended = writing(['table~gateways']);
  stored.set('table~gateways', { TableStatus: 'ACTIVE' });
  expect(await read('table~gateways')).toEqual({ TableStatus: 'ACTIVE' });
  ended();
  for (const _ of [1, 2]) expect(await read('table~gateways')).toEqual({ TableStatus: 'ACTIVE' });
  expect(reads).toHaveLength(3);
});

test('who changes a definition that he has read changes nobody else\u2019s', async () => {
  const { read } = opened();
  await read('table~gateways');
  const one = (await read('table~gateways')) as { TableStatus: string };
  one.TableStatus = 'DELETING';
  expect(await read('table~gateways')).toEqual({ TableStatus: 'CREATING' });
});

test('an item, and a table that is not there, are read each time', async () => {
  const { stored, reads, read } = opened();
  stored.set('item-gateways~a', { a: { S: '1' } });
  for (const _ of [1, 2]) {
    await read('item-gateways~a');
    expect(await read('table~none')).toBeInstanceOf(Error);
  }
  expect(reads).toHaveLength(4);
});
