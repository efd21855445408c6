/** Thrown when a function took longer than API Gateway waits. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** What `call` gives; throws {@link TookTooLong} after `limitMs`, and the call goes on unheard, as a function does on AWS. */
export const withinMs = <Result>(limitMs: number, call: () => Promise<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    const answered = call();
    const timer = setTimeout(() => reject(new TookTooLong(`No answer within ${limitMs} ms.`)), limitMs);
    answered.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
