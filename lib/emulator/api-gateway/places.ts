/** How many requests are worked on at once, and how long others wait for a place. */
export type PlaceLimits = { readonly atOnce: number; readonly longestWaitMs: number };

type Waiting = { readonly enter: (mayEnter: boolean) => void; readonly timer: ReturnType<typeof setTimeout> };

/**
 * Places for a limited number of requests: who finds none waits, and is sent away after `longestWaitMs`, so that what is
 * begun can be finished in time. A free place goes to each client address in turn: many requests of one do not keep out
 * the few of another.
 */
export const placesFor = ({ atOnce, longestWaitMs }: PlaceLimits) => {
  const queues = new Map<string, Set<Waiting>>();
  let taken = 0;

  const leaveQueue = (address: string, waiting: Waiting): void => {
    const queue = queues.get(address);
    queue?.delete(waiting);
    if (queue?.size === 0) queues.delete(address);
  };
  const wait = (address: string): Promise<boolean> =>
    new Promise((enter) => {
      const giveUp = () => {
        leaveQueue(address, waiting);
        enter(false);
      };
      const waiting: Waiting = { enter, timer: setTimeout(giveUp, longestWaitMs) };
      queues.set(address, (queues.get(address) ?? new Set()).add(waiting));
    });
  const passOn = (): void => {
    const [[address, queue] = []] = queues;
    const [next] = queue ?? [];
    if (address === undefined || !queue || !next) {
      taken -= 1;
      return;
    }
    clearTimeout(next.timer);
    queue.delete(next);
    queues.delete(address); // to the end of the row, if anybody of it still waits
    if (queue.size > 0) queues.set(address, queue);
    next.enter(true);
  };

  return {
    /** Does the work of a client in a place; `undefined` when there was none in time. */
    async within<Result>(address: string, work: () => Promise<Result>): Promise<Result | undefined> {
      if (taken < atOnce) taken += 1;
      else if (!(await wait(address))) return undefined;
      try {
        return await work();
      } finally {
        passOn();
      }
    },
  };
};
