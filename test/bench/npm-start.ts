import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const project = join(import.meta.dirname, '..', '..');

/** This machine as `npm start` makes it, in a process of its own, on free ports. */
export type Started = {
  readonly pid: number;
  readonly dataFolder: string;
  /** Everything that it has printed so far. */
  readonly printed: () => string;
  /** Resolves when it has printed that, with the text around it; rejects when it ends before. */
  until(what: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
};

/** Starts it with a new data folder, or with none; `stop` removes the folder too. */
export const startHere = (args: readonly string[], command: readonly [string, ...string[]] = direct): Started => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'bench-'));
  const ports = ['--port', '0', '--aws-port', '0', '--console-port', '0'];
  const kept = args.includes('--ephemeral') ? [] : ['--data', dataFolder];
  const [program, ...first] = command;
  const child = spawn(program, [...first, ...args, ...kept, ...ports], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const exited = once(child, 'exit');
  const closed = once(child, 'close');
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
  return {
    pid: child.pid ?? 0,
    dataFolder,
    printed: () => text,
    until: (what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = what.exec(text);
          if (found) resolve(found);
        };
        look();
        child.stdout.on('data', look);
        void exited.then(() => reject(new Error(`npm start ended before it printed ${what}:\n${text}`)));
      }),
    stop: async () => {
      child.kill('SIGTERM');
      await closed;
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
};

/** What npm starts, without npm. */
export const direct: readonly [string, ...string[]] = [process.execPath, join('lib', 'local', 'start.ts')];

/** What a person types; `undefined` when this was not started by npm, and so does not know where it is. */
export const byNpm = (): readonly [string, ...string[]] | undefined => {
  const npm = process.env.npm_execpath;
  return npm ? [process.execPath, npm, 'start', '--silent', '--'] : undefined;
};

const ticksPerSecond = 100; // USER_HZ, which Linux shows to programs on every machine (proc(5))

/** Seconds of a processor that a process has used, or NaN where there is no /proc. */
export const cpuSecondsOf = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
};
