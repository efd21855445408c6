/** The middle one of an odd number of measurements. */
export const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * The median of what each contender measures of itself, in rounds in which all take their turn: whatever else the machine does
 * hits all alike. One round more warms up.
 */
export const interleaved = async <Name extends string>(
  contenders: Readonly<Record<Name, () => Promise<number>>>,
  rounds: number,
): Promise<Readonly<Record<Name, number>>> => {
  const names = Object.keys(contenders) as Name[];
  const measured = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++)
    for (const name of names) {
      const figure = await contenders[name]();
      if (round >= 0) measured.get(name)?.push(figure);
    }
  return Object.fromEntries(names.map((name) => [name, median(measured.get(name) ?? [])])) as Record<Name, number>;
};

/** Microseconds of this process's processor for each of so many calls. */
export const cpuPerCall = async (call: () => unknown, calls: number): Promise<number> => {
  const before = process.cpuUsage();
  for (let done = 0; done < calls; done++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
};
