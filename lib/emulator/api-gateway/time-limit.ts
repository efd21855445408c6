/** Thrown when a function took longer than API Gateway waits. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** What `call` gives; throws {@link TookTooLong} after `limitMs`, and the call goes on unheard, as a function does on AWS. */
export const withinMs = async <Result>(limitMs: number, call: () => Promise<Result>): Promise<Result> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TookTooLong(`No answer within ${limitMs} ms.`)), limitMs);
  });
  try {
    return await Promise.race([call(), limit]);
  } finally {
    clearTimeout(timer);
  }
};
