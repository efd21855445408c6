import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../lambdas/runtime/log.ts';
import { appendOwnFile } from '../emulator/wire/own-file.ts';

/** What the functions log: into `functions.log` of the data folder (0600), and the last warnings kept for whoever asks. */
export type Journal = { readonly logOf: (functionName: string) => Log; readonly lastWarnings: () => readonly string[] };

const kept = 20;

export const openJournal = (dataFolder: string | undefined): Journal => {
  if (dataFolder) mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const warnings: string[] = [];
  return {
    logOf:
      (functionName) =>
      (level, message, fields = {}) => {
        const line = JSON.stringify({
          at: new Date().toISOString(),
          level,
          function: functionName,
          message,
          ...fields,
        });
        if (level !== 'INFO') {
          warnings.push(line);
          if (warnings.length > kept) warnings.shift();
        }
        if (dataFolder) appendOwnFile(join(dataFolder, 'functions.log'), `${line}\n`);
      },
    lastWarnings: () => warnings,
  };
};
