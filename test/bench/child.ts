import { fork } from 'node:child_process';

/** A process of its own that answers messages, one for one, and says how much memory it took. */
export type Child = {
  ask(message: object): Promise<unknown>;
  /** The most memory that it had at any time (resident, in MB), as Lambda measures it; and the processor's time, in seconds. */
  used(): Promise<{ readonly peakMb: number; readonly cpuSeconds: number }>;
  close(): void;
};

type Answer = { readonly id: number; readonly result?: unknown; readonly error?: { name: string; message: string } };

/** Starts a program beside this one; its heap is bounded as that of a function with so much memory. Nobody sees what it prints. */
export const startChild = (program: string, memoryMb: number, ...given: readonly string[]): Child =>
  startWith([`--max-old-space-size=${Math.floor(memoryMb * 0.9)}`], program, ...given);

/** The same with these options of Node. */
export const startWith = (options: readonly string[], program: string, ...given: readonly string[]): Child => {
  const process = fork(program, [...given], {
    execArgv: [...globalThis.process.execArgv, ...options],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  process.stdout?.resume();
  const waiting = new Map<number, (answer: Answer) => void>();
  let ids = 0;
  const fail = (message: string): void => {
    for (const [id, answer] of waiting) answer({ id, error: { name: 'Runtime.ExitError', message } });
    waiting.clear();
  };
  process.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  process.on('exit', (code, signal) => fail(`The process of ${program} ended with ${code ?? signal}.`));
  const ask = (message: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ids++;
      waiting.set(id, ({ result, error }) =>
        error ? reject(Object.assign(new Error(error.message), { name: error.name })) : resolve(result),
      );
      process.send({ id, ...message });
    });
  return {
    ask,
    used: async () => (await ask({ asks: 'used' })) as Awaited<ReturnType<Child['used']>>,
    close: () => process.disconnect(),
  };
};

/** What this process has used since it was started. */
export const usedHere = (): { readonly peakMb: number; readonly cpuSeconds: number } => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return { peakMb: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
};

/** What a child does: answers each message by `answer`, and ends when its parent does. */
export const serveParent = (answer: (message: Record<string, unknown>) => Promise<unknown>): void => {
  process.on('message', async (message: Record<string, unknown>) => {
    const { id, asks } = message;
    try {
      const result = asks === 'used' ? usedHere() : await answer(message);
      process.send?.({ id, result });
    } catch (error) {
      const { name = 'Error', message = '' } = error instanceof Error ? error : {};
      process.send?.({ id, error: { name, message } });
    }
  });
  process.on('disconnect', () => process.exit(0));
};
