import { AsyncLocalStorage } from 'node:async_hooks';

/** Invoke with LogType Tail answers the last 4 KB of the log of the invocation. */
const tailBytes = 4096;

/** The end of what one invocation has logged. */
export type LogTail = { text: string };

const current = new AsyncLocalStorage<LogTail | undefined>();

const add = (tail: LogTail, line: string): void => {
  tail.text = Buffer.from(`${tail.text}${line}\n`).subarray(-tailBytes).toString();
};

/** Notes a line that a function has logged, for who asked for the log of the invocation that it runs in. */
export const noteLogLine = (line: string): void => {
  const tail = current.getStore();
  if (tail) add(tail, line);
};

/** Runs an invocation, and notes in `tail` what Lambda itself and the function log; nothing when nobody asked for it. */
export const withLogTail = async <Result>(
  tail: LogTail | undefined,
  { requestId, memoryMb, now }: { readonly requestId: string; readonly memoryMb: string; readonly now: () => number },
  work: () => Promise<Result>,
): Promise<Result> => {
  if (!tail) return current.run(undefined, work);
  const startedAtMs = now();
  add(tail, `START RequestId: ${requestId} Version: $LATEST`);
  try {
    return await current.run(tail, work);
  } finally {
    const ms = now() - startedAtMs;
    const memory = `Memory Size: ${memoryMb} MB\tMax Memory Used: ${memoryMb} MB`;
    add(tail, `END RequestId: ${requestId}`);
    add(tail, `REPORT RequestId: ${requestId}\tDuration: ${ms} ms\tBilled Duration: ${ms} ms\t${memory}`);
  }
};
