import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { secretWritesASecond } from '../../lambdas/domain/pace.ts';
import { callsAtOnce } from '../../lambdas/domain/shards.ts';
import { pacedKits } from '../../lambdas/workflow/shared/paced-kits.ts';
import { kitOf } from './doubles.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the kits of all calls at once write no more values in any second than a rotation may, and who waits is known to', async () => {
  const written: number[] = [];
  const startedAtMs = Date.now();
  const signal = new AbortController().signal;
  const kits = Array.from({ length: 20 }, (_, index) => kitOf(`kit-${index}`));
  const write = async (..._: readonly unknown[]): Promise<void> => void written.push(Date.now() - startedAtMs);
  const unused = async () => undefined;
  const needs = { now: Date.now, kitSecrets: (_: object) => ({ write, read: unused, readText: async () => '' }) };
  const waiting: number[] = [];
  const calls = Array.from({ length: callsAtOnce }, () => {
    const { paced, isWaiting } = pacedKits(needs);
    const all = kits.map((kit) => paced.kitSecrets(kit).write('secret', 'v', 'text', signal));
    waiting.push(kits.filter(isWaiting).length);
    return Promise.all(all);
  });
  await vi.runAllTimersAsync();
  await Promise.all(calls);
  expect(written).toHaveLength(20 * callsAtOnce);
  expect(new Set(waiting)).toEqual(new Set([19]));
  for (let fromMs = 0; fromMs < 10_000; fromMs += 500) {
    const inSecond = written.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1_000);
    expect(inSecond.length).toBeLessThanOrEqual(secretWritesASecond.ofRotation);
  }
});
