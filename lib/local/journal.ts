import { join } from 'node:path';
import type { Log } from '../../lambdas/runtime/log.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import type { Options } from './options.ts';

/** What the functions log: into `functions.log` of the data folder (0600) or standard output, and the last warnings kept for whoever asks. */
export type Journal = {
  readonly logOf: (functionName: string) => Log;
  readonly lastWarnings: () => readonly string[];
  /** Resolves when everything was written. */
  close(): Promise<void>;
};

export type JournalOptions = Pick<Options, 'logTo' | 'logLevel'> & {
  /** `undefined` keeps the last warnings only, unless they go to standard output. */
  readonly dataFolder: string | undefined;
  /** Whether each policy check is a line, and not only the first of a kind. */
  readonly logsChecks: boolean;
  readonly now: () => number;
  readonly stdout: Pick<NodeJS.WriteStream, 'write'>;
};

const ranks = { INFO: 0, WARN: 1, ERROR: 2 } as const;

/** With two older ones beside it: 30 MB at most. */
const limits = { fileBytes: 10_000_000, olderFiles: 2 };
const kept = 20;

/** The one line that there is for every request. */
const checkMessage = 'Policy check.';
/** A decision that was not made for so long is news again. */
const forgottenAfterMs = 60_000;
const mostKnown = 10_000;

/** Whether a policy check is another than those of the last minute: another kit, credential, or verdict. */
const newsOf = (now: () => number): ((fields: object) => boolean) => {
  const known = new Map<string, number>();
  return (fields) => {
    const { requestId: _, ...decision } = fields as Readonly<Record<string, unknown>>;
    const key = JSON.stringify(decision);
    const atMs = now();
    const seenAtMs = known.get(key);
    if (known.size >= mostKnown) known.clear(); // what is asked comes from outside, and has no end
    known.set(key, atMs);
    return seenAtMs === undefined || atMs - seenAtMs > forgottenAfterMs;
  };
};

/** Opens the log of all functions. Nothing of it is on the path of a request: lines are written when there is time. */
export const openJournal = (options: JournalOptions): Journal => {
  const { dataFolder, logsChecks, now, logTo, logLevel, stdout } = options;
  const file: LogFile | undefined =
    dataFolder === undefined || logTo === 'stdout' ? undefined : openLogFile(join(dataFolder, 'functions.log'), limits);
  const write = (line: string): void => {
    if (logTo === 'stdout') stdout.write(`${line}\n`);
    else file?.write(line);
  };
  const warnings: string[] = [];
  const isNews = newsOf(now);
  if (file) process.once('exit', file.flushNow);
  return {
    logOf:
      (functionName) =>
      (level, message, fields = {}) => {
        if (message === checkMessage && !logsChecks && !isNews(fields)) return;
        const at = new Date(now()).toISOString();
        const line = JSON.stringify({ at, level, function: functionName, message, ...fields });
        if (level !== 'INFO') {
          warnings.push(line);
          if (warnings.length > kept) warnings.shift();
        }
        if (ranks[level] >= ranks[logLevel]) write(line);
      },
    lastWarnings: () => warnings,
    close: async () => {
      await file?.flush();
      if (file) process.off('exit', file.flushNow);
    },
  };
};
