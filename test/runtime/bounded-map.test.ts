import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { patientMap } from '../../lambdas/runtime/bounded-map.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Works through 100 items, ten at once; each takes as long as is said, and it is told when each of them began. */
const begun = async (tookMs: (item: number) => number, isExcused: (item: number) => boolean = () => false) => {
  const startedAt = Date.now();
  const began: number[] = [];
  const told: number[] = [];
  const onlySlowLeft = (): void => void told.push(Date.now() - startedAt);
  const items = Array.from({ length: 100 }, (_, index) => index);
  const all = patientMap(items, { atOnce: 10, patienceMs: 2_000, isExcused, onlySlowLeft }, async (item) => {
    began[item] = Date.now() - startedAt;
    await after(tookMs(item));
    return -item;
  });
  await vi.runAllTimersAsync();
  return { results: await all, lastBegan: Math.max(...began), told, tookMs: Date.now() - startedAt };
};

test('a tenth that hangs costs the others two seconds, whatever its own time is, and all results come in order', async () => {
  const { results, lastBegan, told, tookMs } = await begun((item) => (item < 10 ? 20_000 : 100));
  expect(lastBegan).toBe(2_000 + 8 * 100);
  expect(told).toEqual([2_000 + 9 * 100]);
  expect(tookMs).toBe(20_000);
  expect(results.slice(0, 3)).toEqual([-0, -1, -2]);
  expect(results).toHaveLength(100);
});

test('one that has to wait keeps its place', async () => {
  const { lastBegan } = await begun(
    () => 5_000,
    () => true,
  );
  expect(lastBegan).toBe(45_000);
});

test('rejects with what an item was rejected with, also one that went on beside', async () => {
  const patience = { atOnce: 1, patienceMs: 10, isExcused: () => false, onlySlowLeft: () => undefined };
  const all = patientMap([20, 1], patience, async (ms) => {
    await after(ms);
    if (ms === 20) throw new Error('beside');
  });
  const outcome = all.catch((error: Error) => error.message);
  await vi.runAllTimersAsync();
  expect(await outcome).toBe('beside');
});
