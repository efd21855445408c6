/** The results of `work` for every item, in order, with at most `atOnce` under way. Rejects with the first failure. */
export const boundedMap = async <Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
};

type Patience<Item> = {
  readonly atOnce: number;
  readonly patienceMs: number;
  /** Whether an item waits because it has to, and keeps its place. */
  readonly isExcused: (item: Item) => boolean;
  /** Told when all that is left has outlasted the patience. */
  readonly onlySlowLeft: () => void;
};

/**
 * The same, but an item that takes longer than `patienceMs` gives its place to the next one and goes on beside: a few that
 * hang do not keep the others waiting.
 */
export const patientMap = async <Item, Result>(
  items: readonly Item[],
  { atOnce, patienceMs, isExcused, onlySlowLeft }: Patience<Item>,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const under: Promise<Result>[] = [];
  await boundedMap([...items.entries()], atOnce, async ([index, item]) => {
    const result = work(item);
    under[index] = result;
    while (!(await isOverWithin(patienceMs, result)) && isExcused(item));
  });
  onlySlowLeft();
  return Promise.all(under);
};

/** Whether the work ends within the time, however it ends. */
const isOverWithin = (ms: number, work: Promise<unknown>): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const end = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    work.then(end, end);
  });
