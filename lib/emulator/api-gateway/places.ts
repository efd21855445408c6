/** How many requests are worked on at once at most, how long others wait for a place, and what work counts as slow. */
export type PlaceLimits = { readonly atOnce: number; readonly longestWaitMs: number; readonly slowMs: number };

type Waiting = { readonly enter: (mayEnter: boolean) => void; readonly timer: ReturnType<typeof setTimeout> };

/**
 * Places for a limited number of requests: who finds none waits, and is sent away after `longestWaitMs`, so that what is
 * begun can be finished in time. Slow work halves the number of places, and each quick one brings it up a little, as TCP
 * finds its window: how much this machine can do at once is not known before. A free place goes to each client address in
 * turn: many requests of one do not keep out the few of another.
 */
export const placesFor = ({ atOnce, longestWaitMs, slowMs }: PlaceLimits, now: () => number) => {
  const queues = new Map<string, Set<Waiting>>();
  let places = atOnce;
  let taken = 0;
  let narrowedAtMs = Number.NEGATIVE_INFINITY;

  const leaveQueue = (address: string, queue: Set<Waiting>, waiting: Waiting): void => {
    clearTimeout(waiting.timer);
    queue.delete(waiting);
    if (queue.size === 0) queues.delete(address);
  };
  const wait = (address: string): Promise<boolean> =>
    new Promise((enter) => {
      const queue = queues.get(address) ?? new Set();
      const giveUp = () => {
        leaveQueue(address, queue, waiting);
        enter(false);
      };
      const waiting: Waiting = { enter, timer: setTimeout(giveUp, longestWaitMs) };
      queues.set(address, queue.add(waiting));
    });
  const admit = (): void => {
    for (const [address, queue] of queues) {
      const [next] = queue;
      if (taken >= Math.floor(places) || !next) return;
      taken += 1;
      leaveQueue(address, queue, next);
      next.enter(true);
      if (queue.size === 0) continue;
      queues.delete(address); // to the end of the row, where this loop comes to it again
      queues.set(address, queue);
    }
  };
  const learnFrom = (begunAtMs: number): void => {
    if (now() - begunAtMs < slowMs) places = Math.min(atOnce, places + 1 / places);
    else if (begunAtMs >= narrowedAtMs) {
      places = Math.max(1, places / 2); // once for all that were under way together
      narrowedAtMs = now();
    }
  };

  return {
    /** Does the work of a client in a place; `undefined` when there was none in time. */
    async within<Result>(address: string, work: () => Promise<Result>): Promise<Result | undefined> {
      if (taken < Math.floor(places)) taken += 1;
      else if (!(await wait(address))) return undefined;
      const begunAtMs = now();
      try {
        return await work();
      } finally {
        taken -= 1;
        learnFrom(begunAtMs);
        admit();
      }
    },
  };
};
