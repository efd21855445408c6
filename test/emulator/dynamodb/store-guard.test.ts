import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { guardStore } from '../../../lib/emulator/dynamodb/store-guard.ts';

const disk = () => {
  const state = { isFull: false, writes: 0, failures: 0, isReadable: true };
  const told: string[] = [];
  const stream = new EventEmitter();
  const write = (written?: (error: unknown) => void): void => {
    state.writes += 1;
    setImmediate(() => written?.(state.isFull ? new Error('IO error: No space left on device') : null));
  };
  const db = {
    put: (_key: string, _value: unknown, written?: (error: unknown) => void) => write(written),
    del: (_key: string, written?: (error: unknown) => void) => write(written),
    batch: (_operations: readonly unknown[], written?: (error: unknown) => void) => write(written),
    get: (_key: string, read?: (error: unknown, value?: unknown) => void) =>
      read?.(state.isReadable ? null : new Error('Database is closed'), 'value'),
    createKeyStream: () => stream,
    createValueStream: () => stream,
  };
  const guard = guardStore(db, {
    failed: () => {
      state.failures += 1;
    },
    writing: (keys) => {
      told.push(`writing ${keys.join(' ')}`);
      return () => told.push(`written ${keys.join(' ')}`);
    },
  });
  const put = () => new Promise<unknown>((resolve) => void db.put('k', 1, resolve));
  const read = () => new Promise<unknown[]>((resolve) => void db.get('k', (...answer) => resolve(answer)));
  return { state, told, stream, db, guard, put, read };
};
const unavailable = { statusCode: 503, body: { __type: expect.stringMatching(/#ServiceUnavailable$/) } };

test('a write that fails is answered as a service that is unavailable, and nothing more is written until the store is mended', async () => {
  const { state, guard, put, read } = disk();
  expect(await put()).toBeNull();
  state.isFull = true;
  expect(await put()).toMatchObject(unavailable);
  expect(await put()).toMatchObject(unavailable);
  state.isFull = false;
  expect(await put()).toMatchObject(unavailable);
  expect(state).toMatchObject({ writes: 2, failures: 1 });
  expect(await read()).toEqual([null, 'value']);
  guard.mended();
  expect(await put()).toBeNull();
});

test('a read that fails is answered, and does not end the process', async () => {
  const { state, stream, db, read } = disk();
  state.isReadable = false;
  expect(await read()).toMatchObject([unavailable, 'value']);
  const errors: unknown[] = [];
  db.createValueStream();
  stream.on('error', (error) => void errors.push(error));
  stream.emit('error', new Error('Corruption'));
  expect(errors).toMatchObject([unavailable]);
});

test('who is told of writes hears of each before it begins, and of its end before whoever writes does, failed or not', async () => {
  const { state, told, db, put } = disk();
  const then = (name: string) => (resolve: (error: unknown) => void) => (error: unknown) => {
    told.push(name);
    resolve(error);
  };
  await new Promise((resolve) => void db.put('a', 1, then('put answered')(resolve)));
  await new Promise((resolve) => void db.del('b', then('del answered')(resolve)));
  const operations = [{ key: 'c' }, { key: 'd' }];
  state.isFull = true;
  await new Promise((resolve) => void db.batch(operations, then('batch answered')(resolve)));
  await put(); // nothing is written any more
  expect(told).toEqual([
    ...['writing a', 'written a', 'put answered'],
    ...['writing b', 'written b', 'del answered'],
    ...['writing c d', 'written c d', 'batch answered'],
  ]);
});
