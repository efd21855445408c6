/** Stands in for the pauses between tries, with `vi.mock`: how long each would have been, and what happens meanwhile. */
export const pauses: { readonly waitedMs: number[]; meanwhile: (() => unknown) | undefined } = {
  waitedMs: [],
  meanwhile: undefined,
};

export const pause = async (ms: number): Promise<void> => {
  pauses.waitedMs.push(ms);
  await pauses.meanwhile?.();
};
