/** Thrown when something outside took longer than it was given. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** Does `what`, and after `limitMs` aborts its signal and throws {@link TookTooLong}, even if it does not listen to the signal. */
export const withinMs = async <Result>(
  limitMs: number,
  what: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const late = new TookTooLong(`No answer within ${limitMs} ms.`);
      reject(late);
      abort.abort(late);
    }, limitMs);
  });
  try {
    return await Promise.race([what(abort.signal), limit]);
  } finally {
    clearTimeout(timer);
  }
};
