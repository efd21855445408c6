import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import { sleepBy, type Timers } from '../../../lib/emulator/wire/timers.ts';

/** Timers whose waits are skipped while nothing works; else time passes as it does. */
export type SkippingTimers = Timers & {
  /** Lets time pass until the condition holds, which is asked only while nothing works. Rejects after `withinMs`. */
  runUntil(condition: () => Promise<boolean>, withinMs: number): Promise<void>;
};

type Tracked = { sleeping: number };
type Sleeper = { readonly dueAtMs: number; wake(): void };

/** The machine's time from `startAtMs` on, in which a wait of a month is over at once when nobody does anything meanwhile. */
export const skippingTimers = (startAtMs: number): SkippingTimers => {
  const startedAt = performance.now();
  let skippedMs = 0;
  const sleepers = new Set<Sleeper>();
  const tracked = new Set<Tracked>();
  const current = new AsyncLocalStorage<Tracked>();
  const now = (): number => Math.floor(startAtMs + skippedMs + performance.now() - startedAt);
  const isBusy = (): boolean => [...tracked].some(({ sleeping }) => sleeping === 0);
  const wakeDue = (): boolean => {
    const due = [...sleepers].filter(({ dueAtMs }) => dueAtMs <= now());
    for (const { wake } of due) wake();
    return due.length > 0;
  };
  /** Whether nothing works, and nothing begins to when what was woken has had its turn. */
  const isIdle = async (): Promise<boolean> => {
    for (let turn = 0; turn < 4; turn++) {
      if (wakeDue() || isBusy()) return false;
      await setImmediate();
    }
    return true;
  };

  const after = (ms: number, act: () => void): (() => void) => {
    const sleeperOf = current.getStore();
    const end = (): boolean => {
      const isWaiting = sleepers.delete(sleeper);
      if (isWaiting && sleeperOf) sleeperOf.sleeping -= 1;
      return isWaiting;
    };
    const wake = (): void => {
      if (end()) act(); // unless it was taken back by one that was due before
    };
    const sleeper = { dueAtMs: now() + ms, wake };
    if (sleeperOf) sleeperOf.sleeping += 1;
    sleepers.add(sleeper);
    return () => void end();
  };

  return {
    now,
    after,
    sleep: sleepBy(after),
    track: async (work) => {
      const token = { sleeping: 0 };
      tracked.add(token);
      try {
        return await current.run(token, work);
      } finally {
        tracked.delete(token);
      }
    },
    runUntil: async (condition, withinMs) => {
      const untilMs = now() + withinMs;
      for (;;) {
        if (!(await isIdle())) {
          await pause(2);
          continue;
        }
        if (await condition()) return;
        const dueAtMs = Math.min(...[...sleepers].map((one) => one.dueAtMs));
        if (dueAtMs > untilMs) throw new Error(`It did not come about within ${withinMs} ms.`);
        skippedMs += Math.max(0, dueAtMs - now());
      }
    },
  };
};
