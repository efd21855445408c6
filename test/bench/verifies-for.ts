/** Answers `{ ms }` with the processor's microseconds of one verification, made for so long; throws when one says no. */
export const verifiesFor =
  (verify: () => Promise<boolean>) =>
  async ({ ms }: Readonly<Record<string, unknown>>): Promise<number> => {
    const endsAtMs = performance.now() + Number(ms);
    const before = process.cpuUsage();
    let calls = 0;
    while (performance.now() < endsAtMs)
      for (let done = 0; done < 20; done++, calls++)
        if (!(await verify())) throw new Error('A good credential was refused: what is measured is not what it says.');
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  };
