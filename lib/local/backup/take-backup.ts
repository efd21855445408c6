import { cpSync, existsSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { openDynamoDb } from '../../emulator/dynamodb/dynamodb.ts';
import { DataFolderUnusable } from '../../emulator/wire/data-folder.ts';
import { profileIn } from '../../emulator/wire/keys.ts';
import { checkDataFormat } from '../data-format.ts';
import { type BackedUp, backUpFunction } from './back-up-function.ts';
import { BackupRefused } from './backup-refused.ts';
import { freeze } from './frozen.ts';
import { type Contents, checkedContents } from './manifest.ts';
import { writeBackup } from './write-backup.ts';

/** Asks the machine that runs on this folder; `undefined` when nothing answers where it last was. */
const askRunning = async (dataFolder: string): Promise<BackedUp | undefined> => {
  const profile = profileIn(dataFolder);
  if (!profile) return undefined;
  const { key, region, endpointUrl: endpoint } = profile;
  const lambda = new LambdaClient({ region, endpoint, credentials: key, maxAttempts: 1 });
  try {
    const asked = await lambda.send(new InvokeCommand({ FunctionName: backUpFunction }));
    const answer = JSON.parse(Buffer.from(asked.Payload ?? []).toString('utf8')) as BackedUp & {
      errorMessage?: string;
    };
    if (asked.FunctionError) throw new BackupRefused(`The machine could not back itself up: ${answer.errorMessage}`);
    return answer;
  } catch (error) {
    if (error instanceof BackupRefused) throw error;
    return undefined; // nobody is there, or somebody else is: the lock of the folder says which
  } finally {
    lambda.destroy();
  }
};

/** A folder that nobody runs on is ours while we look. */
const takeStopped = async (dataFolder: string, to: string): Promise<void> => {
  checkDataFormat(dataFolder);
  const tables = await openDynamoDb(join(dataFolder, 'tables'));
  try {
    await writeBackup(freeze(dataFolder, tables.entries, Date.now()), dataFolder, to);
  } finally {
    await tables.close();
  }
};

const moveTo = (from: string, to: string): void => {
  try {
    renameSync(from, to);
  } catch {
    cpSync(from, to, { recursive: true, errorOnExist: true, force: false }); // another disk
    rmSync(from, { recursive: true, force: true });
  }
};

/**
 * Backs up a data folder into a folder that is not there yet, whether a machine runs on it or not, and reads back what was
 * written. Throws {@link BackupRefused}.
 */
export const takeBackup = async (dataFolder: string, to: string): Promise<Contents> => {
  if (!existsSync(join(dataFolder, 'tables')))
    throw new BackupRefused(`${dataFolder} is no data folder: there are no tables in it. Name it with --data.`);
  if (lstatSync(to, { throwIfNoEntry: false }))
    throw new BackupRefused(`${to} is there already: a backup goes into a folder of its own, which is made for it.`);
  if (!existsSync(dirname(to))) throw new BackupRefused(`The folder ${dirname(to)} does not exist.`);
  const running = await askRunning(dataFolder);
  if (running) moveTo(running.folder, to);
  else await takeStopped(dataFolder, to).catch((error: unknown) => Promise.reject(whyNot(dataFolder, error)));
  return checkedContents(to);
};

const whyNot = (dataFolder: string, error: unknown): unknown =>
  error instanceof DataFolderUnusable && /in use/.test(error.message)
    ? new BackupRefused(
        `${dataFolder} is in use by a process that does not answer where its aws-credentials say. Is it still starting, or an older version? Try again, or stop it first.`,
        { cause: error },
      )
    : error;
