/** Thrown when something outside took longer than it was given. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** Does `what`, and after `limitMs` aborts its signal and throws {@link TookTooLong}, even if it does not listen to the signal. */
export const withinMs = <Result>(limitMs: number, what: (signal: AbortSignal) => Promise<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      const late = new TookTooLong(`No answer within ${limitMs} ms.`);
      reject(late);
      abort.abort(late);
    }, limitMs);
    let done: Promise<Result>;
    try {
      done = what(abort.signal);
    } catch (error) {
      clearTimeout(timer);
      throw error;
    }
    // By hand: a race and its end cost as much as the timer.
    done.then(
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
