/**
 * Epoch milliseconds that never run back while the process lives: when the machine's clock is set back, time goes on at the
 * rate of `monotonicMs` until the clock has caught up, so that what falls due falls due after the time that was promised. A
 * clock that is set forward is followed.
 */
export const steadyClock = (
  wallMs: () => number = Date.now,
  monotonicMs: () => number = () => performance.now(),
): (() => number) => {
  let [lastMs, lastTick] = [wallMs(), monotonicMs()];
  return () => {
    const tick = monotonicMs();
    lastMs = Math.max(wallMs(), lastMs + Math.max(0, tick - lastTick));
    lastTick = tick;
    return Math.floor(lastMs);
  };
};
