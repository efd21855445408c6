import { expect, test } from 'vitest';
import { LruCache } from '../../lambdas/policy-check/lru-cache.ts';

const keysOf = (cache: LruCache<string, number>): readonly string[] =>
  ['a', 'b', 'c', 'd'].filter((key) => cache.get(key) !== undefined);

test('forgets what was used the longest ago, whether it was read or written', () => {
  const cache = new LruCache<string, number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.get('a');
  cache.get('a');
  cache.set('c', 3);
  expect(keysOf(cache)).toEqual(['a', 'c']);
  cache.set('a', 4);
  cache.set('a', 5);
  cache.set('d', 6);
  expect([cache.get('a'), cache.get('c'), cache.get('d'), cache.size]).toEqual([5, undefined, 6, 2]);
});

test('the newest entry may be taken out and come again', () => {
  const cache = new LruCache<string, number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.delete('b');
  cache.set('c', 3);
  cache.set('b', 4);
  expect(keysOf(cache)).toEqual(['b', 'c']);
});

test('one entry is one entry', () => {
  const cache = new LruCache<string, number>(1);
  for (const [index, key] of ['a', 'a', 'b', 'a'].entries()) cache.set(key, index);
  expect([cache.size, cache.get('a'), cache.get('b')]).toEqual([1, 3, undefined]);
});
