import { afterEach, expect, test, vi } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { defaultPolicy } from '../../lambdas/domain/policy.ts';
import {
  forgedToken,
  goneToken,
  leakToken,
  nobodysToken,
  oldToken,
  openInstance,
  orders,
  presenting,
  staleFor,
} from './fixtures.ts';

afterEach(() => vi.useRealTimers());

/** An instance whose reads fail as long as `outage.isOn`. */
const openFailing = () => {
  const outage = { isOn: false };
  const opened = openInstance({
    readGateway: async () => {
      opened.world.reads += 1;
      if (outage.isOn) throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
      return opened.world.record;
    },
  });
  return { outage, ...opened };
};

test('throws when DynamoDB cannot be read, so that people see an outage and not a wrong credential (invariant 6)', async () => {
  const { outage, world, check } = openFailing();
  await check(presenting(oldToken));
  outage.isOn = true;
  world.reads = 0;
  await expect(check(presenting(oldToken))).rejects.toMatchObject({ name: 'TemporarilyUnavailable' });
  expect(world.reads).toBe(2);
  expect(world.metrics).toEqual(['GatewayRecordUnreadable orders']);
});

test('reads a second time when the first attempt failed, and never a third time', async () => {
  const { world, effect } = openInstance({
    readGateway: async () => {
      world.reads += 1;
      if (world.reads === 1) throw new Error('socket hang up');
      return world.record;
    },
  });
  expect(await effect(presenting(oldToken))).toBe('Allow');
  expect(world.reads).toBe(2);
});

test('spends at most one second on reading, and gives up both attempts', async () => {
  vi.useFakeTimers();
  const signals: AbortSignal[] = [];
  const { check } = openInstance({
    readGateway: (_, signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    },
  });
  let failure: unknown;
  const asked = check(presenting(oldToken)).catch((error: unknown) => {
    failure = error;
  });
  await vi.advanceTimersByTimeAsync(999);
  expect(failure).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  await asked;
  expect(failure).toMatchObject({ name: 'TemporarilyUnavailable' });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('makes no second attempt when the first one has used up the time of both', async () => {
  vi.useFakeTimers();
  const { world, check } = openInstance({
    readGateway: () => {
      world.reads += 1;
      vi.advanceTimersByTime(1_100); // the process was busy with other things: its timers come late
      return new Promise(() => undefined);
    },
  });
  await expect(check(presenting(oldToken))).rejects.toMatchObject({ name: 'TemporarilyUnavailable' });
  expect(world.reads).toBe(1);
});

test('gives a second attempt only what the first one has left', async () => {
  vi.useFakeTimers();
  const signals: AbortSignal[] = [];
  const { check } = openInstance({
    readGateway: (_, signal) => {
      signals.push(signal);
      if (signals.length === 1) vi.advanceTimersByTime(700);
      return new Promise(() => undefined);
    },
  });
  const asked = expect(check(presenting(oldToken))).rejects.toMatchObject({ name: 'TemporarilyUnavailable' });
  await vi.advanceTimersByTimeAsync(299);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  await vi.advanceTimersByTimeAsync(1);
  await asked;
});

test('with a clock that was set back, no copy is served: how old it is is not known', async () => {
  const { outage, world, effect } = openFailing();
  world.record = staleFor(30);
  await effect(presenting(oldToken));
  world.nowMs += 29_000;
  await effect(presenting('garbage'));
  outage.isOn = true;
  expect(await effect(presenting(oldToken))).toBe('Allow');
  world.nowMs -= 10_000;
  await expect(effect(presenting(oldToken))).rejects.toThrow();
});

test.each([
  ['a live credential, before the bound', 30, oldToken, 29_999, 'Allow'],
  ['a live credential, from the bound on', 30, oldToken, 30_000, 'throws'],
  ['a live credential, with the bound 0', 0, oldToken, 0, 'throws'],
  ['a live credential, with a clock put back', 30, oldToken, -1, 'throws'],
  ['a compromised credential before its rejectAfter', 30, leakToken, 1_000, 'throws'],
  ['a revoked credential', 30, goneToken, 1_000, 'throws'],
  ['an unknown credential', 30, nobodysToken, 1_000, 'throws'],
  ['another secret under a live id', 30, forgedToken, 1_000, 'throws'],
  ['garbage', 30, 'garbage', 1_000, 'Deny'],
])(
  'while DynamoDB cannot be read, a copy says for %s (serveStaleSeconds %i)',
  async (_, seconds, token, afterMs, expected) => {
    const { outage, world, effect } = openFailing();
    world.record = staleFor(seconds);
    await effect(presenting(oldToken));
    outage.isOn = true;
    world.nowMs += afterMs;
    expect(await effect(presenting(token)).catch(() => 'throws')).toBe(expected);
    expect(world.metrics).toEqual(
      { Allow: ['StaleRecordServed orders'], throws: ['GatewayRecordUnreadable orders'] }[expected] ?? [],
    );
  },
);

test('the bound counts from when the read was sent, not from when it was answered', async () => {
  const { world, effect } = openInstance({
    readGateway: async () => {
      world.reads += 1;
      if (world.reads > 1) throw new Error('down');
      world.nowMs += 10_000;
      return staleFor(30);
    },
  });
  await effect(presenting(oldToken));
  world.nowMs += 20_001;
  await expect(effect(presenting(oldToken))).rejects.toThrow();
});

test('"not registered" is never served later, and takes the copy away', async () => {
  const { outage, world, effect } = openFailing();
  world.record = staleFor(30);
  await effect(presenting(oldToken));
  world.record = undefined;
  expect(await effect(presenting(oldToken))).toBe('Deny');
  outage.isOn = true;
  await expect(effect(presenting(oldToken))).rejects.toThrow();
});

test.each([
  ['a revocation', { ...staleFor(30), revision: 8, live: [] }],
  ['a bound set to 0', { ...orders, revision: 8, policy: { ...defaultPolicy, serveStaleSeconds: 0 } }],
])('a late answer with an older record does not undo %s that was seen already', async (_, newer) => {
  const answers: ((record: Gateway) => void)[] = [];
  let isDown = false;
  const { effect } = openInstance({
    readGateway: () => (isDown ? Promise.reject(new Error('down')) : new Promise((resolve) => answers.push(resolve))),
  });
  const slow = effect(presenting(oldToken));
  const fast = effect(presenting(oldToken));
  answers[1]?.(newer);
  await fast;
  answers[0]?.(staleFor(30));
  await slow;
  isDown = true;
  await expect(effect(presenting(oldToken))).rejects.toThrow();
});
