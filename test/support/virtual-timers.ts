import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { sleepBy, type Timers } from '../../lib/emulator/wire/timers.ts';

/** Timers whose time moves only when a test says so. */
export type VirtualTimers = Timers & {
  /** Moves time forward by `ms`; everything that falls due on the way runs, in order, to its next sleep. */
  advance(ms: number): Promise<void>;
  /**
   * Jumps to the next due time, and the next, until the condition holds; asks it only while nothing runs.
   * Rejects when nothing sleeps any more, or when the next due time is more than `withinMs` after the start of the call.
   */
  runUntil(condition: () => boolean | Promise<boolean>, withinMs: number): Promise<void>;
};

type Tracked = { sleeping: number };
type Sleeper = { readonly dueAtMs: number; wake(): void };

/**
 * Virtual time that starts at `startAtMs`. It stands still while tracked work (a Lambda handler) does real input and output,
 * however long that takes, and may jump while the work itself sleeps on these timers. Work that neither ends nor sleeps on
 * them stops time for good: a handler that must time out in a test sleeps on these timers.
 */
export const virtualTimers = (startAtMs: number): VirtualTimers => {
  let nowMs = startAtMs;
  const sleepers = new Set<Sleeper>();
  const tracked = new Set<Tracked>();
  const current = new AsyncLocalStorage<Tracked>();

  const isBusy = () => [...tracked].some(({ sleeping }) => sleeping === 0);
  const settle = async () => {
    for (let quietTurns = 0; quietTurns < 4; quietTurns = isBusy() ? 0 : quietTurns + 1) await setImmediate();
  };
  const earliest = () =>
    [...sleepers].reduce<Sleeper | undefined>((a, b) => (a !== undefined && a.dueAtMs <= b.dueAtMs ? a : b), undefined);

  const after = (ms: number, act: () => void) => {
    const sleeperOf = current.getStore();
    const end = () => {
      const isWaiting = sleepers.delete(sleeper);
      if (isWaiting && sleeperOf) sleeperOf.sleeping -= 1;
      return isWaiting;
    };
    const wake = () => {
      if (end()) act(); // unless it was taken back by one that was due before
    };
    const sleeper = { dueAtMs: nowMs + ms, wake };
    if (sleeperOf !== undefined) sleeperOf.sleeping += 1;
    sleepers.add(sleeper);
    return () => void end();
  };

  return {
    now: () => nowMs,
    after,
    sleep: sleepBy(after),
    track: async (work) => {
      const token: Tracked = { sleeping: 0 };
      tracked.add(token);
      try {
        return await current.run(token, work);
      } finally {
        tracked.delete(token);
      }
    },
    advance: async (ms) => {
      const untilMs = nowMs + ms;
      await settle();
      for (let next = earliest(); next !== undefined && next.dueAtMs <= untilMs; next = earliest()) {
        nowMs = next.dueAtMs;
        next.wake();
        await settle();
      }
      nowMs = untilMs;
    },
    runUntil: async (condition, withinMs) => {
      const untilMs = nowMs + withinMs;
      await settle();
      while (!(await condition())) {
        const next = earliest();
        if (next === undefined) throw new Error('Nothing sleeps any more, and the condition does not hold.');
        if (next.dueAtMs > untilMs) throw new Error(`The condition does not hold within ${withinMs} ms.`);
        nowMs = next.dueAtMs;
        next.wake();
        await settle();
      }
    },
  };
};
