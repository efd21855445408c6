import { expect, it } from 'vitest';
import { steadyClock } from '../../lambdas/runtime/steady-clock.ts';

it('goes on at its own rate when the clock is set back, and follows one that is set forward', () => {
  let [wallMs, tick] = [1_000_000, 0];
  const now = steadyClock(
    () => wallMs,
    () => tick,
  );
  const after = (wall: number, ticks: number): number => {
    [wallMs, tick] = [wallMs + wall, tick + ticks];
    return now();
  };
  expect(after(500, 500)).toBe(1_000_500);
  expect(after(-3_600_000, 10)).toBe(1_000_510);
  expect(after(60_000, 60_000)).toBe(1_060_510);
  expect(after(7_200_000, 1)).toBe(4_660_500);
  expect(after(0, 0.4)).toBe(4_660_500);
});
