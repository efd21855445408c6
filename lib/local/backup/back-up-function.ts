import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamoDb } from '../../emulator/dynamodb/dynamodb.ts';
import type { LambdaFunction } from '../../emulator/lambda/lambda.ts';
import { BackupRefused } from './backup-refused.ts';
import { freeze } from './frozen.ts';
import { writeBackup } from './write-backup.ts';

/** The name by which a running machine is asked for a backup of itself: a function of this machine alone, for whoever has its key. */
export const backUpFunction = 'back-up-this-machine';

/** What it answers: where the backup is, for the asker to take it away. */
export type BackedUp = { readonly folder: string };

const prefix = 'backup-';
const longestMs = 15 * 60_000;

/** Backs up the data folder of this process, into a new folder in it: a service may be allowed to write nowhere else. One at a time. */
export const backUp = (dataFolder: string, entries: DynamoDb['entries'], now: () => number): LambdaFunction => {
  let isUnderWay = false;
  return {
    timeoutMs: longestMs,
    handler: async (): Promise<BackedUp> => {
      if (isUnderWay) throw new BackupRefused('A backup is being made already: wait for it.');
      isUnderWay = true;
      try {
        for (const name of readdirSync(dataFolder))
          if (name.startsWith(prefix)) rmSync(join(dataFolder, name), { recursive: true, force: true }); // nobody took it
        const folder = join(dataFolder, `${prefix}${randomUUID()}`);
        await writeBackup(freeze(dataFolder, entries, now()), dataFolder, folder);
        return { folder };
      } finally {
        isUnderWay = false;
      }
    },
  };
};
