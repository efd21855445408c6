import type { Timers } from '../emulator/wire/timers.ts';

/** Does the work again and again, each time `everyMs` after the last has ended, until the signal aborts; rejects with what the work throws. */
export const repeat = async (
  timers: Timers,
  everyMs: number,
  signal: AbortSignal,
  work: () => Promise<unknown>,
): Promise<void> => {
  try {
    for (;;) {
      await timers.sleep(everyMs, signal);
      await work();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};
