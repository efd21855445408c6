/** A value that is used only some time after it was set, as the workers of a gateway or a cache do. Has no timers. */
export type Delayed<Value> = { set(value: Value): void; current(): Value | undefined };

/** `initial` is in use at once. A value that is set again while it waits does not wait anew. */
export const delayed = <Value>(initial: Value | undefined, delayMs: number, nowMs: () => number): Delayed<Value> => {
  let used = initial;
  let waiting: { readonly value: Value; readonly dueAtMs: number }[] = [];
  const settle = () => {
    const now = nowMs();
    for (const { value, dueAtMs } of waiting) if (dueAtMs <= now) used = value;
    waiting = waiting.filter(({ dueAtMs }) => dueAtMs > now);
  };
  return {
    set: (value) => {
      settle();
      if ((waiting.at(-1)?.value ?? used) !== value) waiting.push({ value, dueAtMs: nowMs() + delayMs });
    },
    current: () => {
      settle();
      return used;
    },
  };
};
