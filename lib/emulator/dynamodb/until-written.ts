/**
 * What is known of places of a store, each until it is written. A write takes out what is known of its place before it begins
 * and when it has ended, and what was read meanwhile is not to be kept: so whoever asks what is known sees every write that
 * was answered before, as a strongly consistent read has to. `forgotten` is told of what was taken out.
 */
export const untilWritten = <Known>(make: () => Known, forgotten: (known: Known) => void) => {
  const known = new Map<string, Known>();
  const underWay = new Map<string, number>();
  const forget = (place: string): void => {
    const one = known.get(place);
    if (one === undefined) return;
    known.delete(place);
    forgotten(one);
  };
  const count = (place: string, step: 1 | -1): void => {
    const now = (underWay.get(place) ?? 0) + step;
    if (now === 0) underWay.delete(place);
    else underWay.set(place, now);
  };
  const mark = (places: readonly string[], step: 1 | -1): void => {
    for (const place of places) count(place, step);
    for (const place of places) forget(place);
  };
  return {
    /** What is known of a place; take it before the place is read. */
    of: (place: string): Known => {
      const one = known.get(place) ?? make();
      known.set(place, one);
      return one;
    },
    /** Whether what was read since `one` was taken may be kept in it. */
    mayKeep: (place: string, one: Known): boolean => known.get(place) === one && !underWay.has(place),
    forgetAll: (): void => {
      for (const place of [...known.keys()]) forget(place);
    },
    /** These places are being written; call what comes back when they are, or could not be. */
    writing: (places: readonly string[]): (() => void) => {
      mark(places, 1);
      return () => mark(places, -1);
    },
  };
};
