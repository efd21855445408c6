import { describe, expect, test, vi } from 'vitest';
import { hotReads } from '../../../lib/emulator/dynamodb/hot-reads.ts';

/** A store of one table whose items are texts; a read is answered when `release` is called. */
const world = () => {
  const items = new Map<string, string>([['orders', 'first']]);
  const hot = hotReads(async (table, key) => (table === 'gateways' ? `item-gateways~${Object(key).pk.S}` : undefined));
  const ask = vi.fn(async (id: string) => ({
    status: 200,
    headers: {},
    body: JSON.stringify({ Item: items.get(id) }),
  }));
  const requestOf = (id: string, more: object = {}, target = 'GetItem') => ({
    method: 'POST',
    target: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${target}` },
    body: Buffer.from(JSON.stringify({ TableName: 'gateways', Key: { pk: { S: id } }, ...more })),
  });
  const read = async (id: string, more: object = {}) =>
    String((await hot.answer(requestOf(id, more), () => ask(id))).body);
  return { items, hot, ask, requestOf, read };
};

describe('Invariant 7: a read from memory sees every write that was answered before it', () => {
  test('the same read is answered from memory until its item is written', async () => {
    const { items, hot, ask, read } = world();
    expect(await read('orders')).toBe('{"Item":"first"}');
    expect(await read('orders')).toBe('{"Item":"first"}');
    expect(ask).toHaveBeenCalledTimes(1);
    const written = hot.writing(['item-gateways~orders']);
    items.set('orders', 'second');
    written();
    expect(await read('orders')).toBe('{"Item":"second"}');
    expect(ask).toHaveBeenCalledTimes(2);
  });

  test('a read while its item is being written is not kept: it may have seen the item before or after', async () => {
    const { items, hot, read } = world();
    const written = hot.writing(['item-gateways~orders']);
    expect(await read('orders')).toBe('{"Item":"first"}');
    items.set('orders', 'second');
    expect(await read('orders')).toBe('{"Item":"second"}');
    written();
    expect(await read('orders')).toBe('{"Item":"second"}');
  });

  test('what was kept is not answered any more from when a write begins: others may see what it writes already', async () => {
    const { items, hot, read } = world();
    await read('orders');
    hot.writing(['item-gateways~orders']);
    items.set('orders', 'second');
    expect(await read('orders')).toBe('{"Item":"second"}');
  });

  test('a read that began before a write and ended after it is not kept', async () => {
    const { items, hot, requestOf, read } = world();
    let release = (_body: string): void => undefined;
    const slow = hot.answer(
      requestOf('orders'),
      () => new Promise((resolve) => (release = (body) => resolve({ status: 200, headers: {}, body }))),
    );
    await new Promise(setImmediate);
    const written = hot.writing(['item-gateways~orders']);
    items.set('orders', 'second');
    written();
    release('{"Item":"first"}');
    expect((await slow).body).toBe('{"Item":"first"}');
    expect(await read('orders')).toBe('{"Item":"second"}');
  });

  test('a write that failed is taken for one that may have happened', async () => {
    const { items, hot, read } = world();
    await read('orders');
    const ended = hot.writing(['item-gateways~other', 'item-gateways~orders']);
    items.set('orders', 'second'); // a batch of which a part was written
    ended();
    expect(await read('orders')).toBe('{"Item":"second"}');
  });

  test('a write of another item, and another question about the same one, leave what is kept', async () => {
    const { hot, ask, read } = world();
    await read('orders');
    await read('orders', { ProjectionExpression: 'record' });
    hot.writing(['item-gateways~payments'])();
    await read('orders');
    await read('orders', { ProjectionExpression: 'record' });
    expect(ask).toHaveBeenCalledTimes(2);
    hot.writing(['item-gateways~orders'])();
    await read('orders');
    await read('orders', { ProjectionExpression: 'record' });
    expect(ask).toHaveBeenCalledTimes(4);
  });

  test('the definition of a table that is written takes out everything', async () => {
    const { hot, ask, read } = world();
    await read('orders');
    hot.writing(['table~gateways'])();
    await read('orders');
    expect(ask).toHaveBeenCalledTimes(2);
  });
});

test.each([
  ['a refusal', { status: 400, headers: {}, body: '{}' }],
  ['a large answer', { status: 200, headers: {}, body: 'x'.repeat(20_000) }],
])('%s is asked for each time', async (_what, answer) => {
  const { hot, requestOf } = world();
  const ask = vi.fn(async () => answer);
  for (const _ of [1, 2]) expect(await hot.answer(requestOf('orders'), ask)).toEqual(answer);
  expect(ask).toHaveBeenCalledTimes(2);
});

test.each([
  ['another operation', ({ requestOf }: ReturnType<typeof world>) => requestOf('orders', {}, 'UpdateItem')],
  ['a table that is not there', ({ requestOf }: ReturnType<typeof world>) => requestOf('orders', { TableName: 'use' })],
  ['no JSON', ({ requestOf }: ReturnType<typeof world>) => ({ ...requestOf('orders'), body: Buffer.from('{') })],
  ['no key', ({ requestOf }: ReturnType<typeof world>) => requestOf('orders', { Key: null })],
])('%s is passed on each time', async (_what, requestIn) => {
  const here = world();
  const ask = vi.fn(async () => ({ status: 200, headers: {}, body: '{}' }));
  for (const _ of [1, 2]) await here.hot.answer(requestIn(here), ask);
  expect(ask).toHaveBeenCalledTimes(2);
});

test('only so much is kept: after a thousand answers it begins anew', async () => {
  const { ask, read } = world();
  for (let index = 0; index <= 1_000; index++) await read(`kit-${index}`);
  await read('kit-0');
  expect(ask).toHaveBeenCalledTimes(1_002);
});
