import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TookTooLong, withinMs } from '../../lambdas/runtime/time-limit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('gives what came in time, or why it failed, and leaves no timer', async () => {
  expect(await withinMs(1_000, async () => 7)).toBe(7);
  await expect(withinMs(1_000, async () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  const throwing = (): Promise<never> => {
    throw new Error('at once');
  };
  await expect(withinMs(1_000, throwing)).rejects.toThrow('at once');
  expect(vi.getTimerCount()).toBe(0);
});

test('aborts what is late and does not wait for it, whether it listens or not', async () => {
  let heard: AbortSignal | undefined;
  const late = withinMs(1_000, (signal) => {
    heard = signal;
    return new Promise(() => undefined);
  });
  const failed = expect(late).rejects.toBeInstanceOf(TookTooLong);
  await vi.advanceTimersByTimeAsync(999);
  expect(heard?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await failed;
  expect(heard?.reason).toBeInstanceOf(TookTooLong);
});

test('hears nothing of what fails after its time', async () => {
  let fail = (_error: Error): void => undefined;
  const late = withinMs(1_000, () => new Promise((_, reject) => (fail = reject)));
  const failed = expect(late).rejects.toBeInstanceOf(TookTooLong);
  await vi.advanceTimersByTimeAsync(1_000);
  await failed;
  fail(new Error('too late')); // an unhandled rejection would end this process
  await vi.advanceTimersByTimeAsync(0);
});
