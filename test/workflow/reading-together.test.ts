import { expect, test } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { readingTogether } from '../../lambdas/workflow/shared/reading-together.ts';
import { atRest } from '../domain/gateways.ts';

const { gatewayId } = atRest();
/** A store whose reads end when they are let; each answers the revision that the record had when it began. */
const slowStore = () => {
  const store = { revision: 1, reads: 0, end: [] as (() => void)[] };
  const read = async (): Promise<Gateway> => {
    const { revision } = store;
    store.reads += 1;
    await new Promise<void>((resolve) => void store.end.push(resolve));
    return atRest({ revision });
  };
  return { store, ...readingTogether({ read }) };
};
/** Until what was asked for has begun, and no longer. */
const settle = async () => {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
};

test('who ask in the same turn share one read, which begins after the last of them has asked', async () => {
  const { store, read } = slowStore();
  const first = read(gatewayId);
  await Promise.resolve();
  store.revision = 2;
  const second = read(gatewayId);
  await settle();
  store.end[0]?.();
  expect((await Promise.all([first, second])).map((one) => one?.revision)).toEqual([2, 2]);
  expect(store.reads).toBe(1);
});

test('who asks while a read is under way gets what was read after he had asked, and shares it with all who wait', async () => {
  const { store, read } = slowStore();
  const first = read(gatewayId);
  await settle();
  store.revision = 2;
  const others = [read(gatewayId), read(gatewayId), read(gatewayId)];
  await settle();
  expect(store.reads).toBe(1);
  store.end[0]?.();
  expect((await first)?.revision).toBe(1);
  await settle();
  store.end[1]?.();
  expect((await Promise.all(others)).map((one) => one?.revision)).toEqual([2, 2, 2]);
  expect(store.reads).toBe(2);
});

test('a read that failed fails for those who shared it, and not for the next one', async () => {
  let reads = 0;
  const { read } = readingTogether({
    read: async () => {
      reads += 1;
      if (reads === 1) throw new Error('throttled');
      return atRest();
    },
  });
  await expect(read(gatewayId)).rejects.toThrow('throttled');
  expect((await read(gatewayId))?.gatewayId).toBe(gatewayId);
});
