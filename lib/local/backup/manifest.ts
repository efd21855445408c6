import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { replaceOwnFile } from '../../emulator/wire/own-file.ts';
import { dataFormat } from '../data-format.ts';
import { BackupRefused } from './backup-refused.ts';

/** What every record is in, a JSON text `[key, value]` a line. */
export const tablesFile = 'tables.jsonl';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const content = z.strictObject({
  dataFormat: z.number().int().positive().describe('The format of the data folder that it was made of.'),
  takenAt: z.iso.datetime().describe('The one moment as of which everything is.'),
  files: z
    .array(
      z.strictObject({
        path: z
          .string()
          .regex(/^\w[\w.-]*(\/\w[\w.-]*)?$/)
          .describe('Where it belongs, from the data folder.'),
        bytes: z.number().int().nonnegative(),
        sha256: digest,
      }),
    )
    .describe('Everything that is in the backup, besides this file.'),
});
const manifest = z.strictObject({ content, sha256: digest.describe('Of the JSON text of content.') });

/** What a backup holds, each file with its SHA-256. */
export type Contents = z.output<typeof content>;

const pathIn = (folder: string): string => join(folder, 'backup.json');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Says in the folder what the backup holds: it is written last, so a backup without it is none. */
export const writeContents = (folder: string, contents: Contents): void => {
  const whole = { content: contents, sha256: sha256(JSON.stringify(contents)) };
  replaceOwnFile(pathIn(folder), `${JSON.stringify(whole, undefined, 2)}\n`, 0o600);
};

const damaged = (what: string): BackupRefused =>
  new BackupRefused(`The backup is damaged: ${what}. Take another one; nothing was restored.`);

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

const digestOfFile = async (path: string): Promise<{ readonly bytes: number; readonly sha256: string }> => {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    bytes += (chunk as Buffer).length;
    hash.update(chunk as Buffer);
  }
  return { bytes, sha256: hash.digest('hex') };
};

/** Reads what a backup holds, and every byte of it. Throws {@link BackupRefused} for what is none, is damaged, or was made by a newer version. */
export const checkedContents = async (folder: string): Promise<Contents> => {
  const path = pathIn(folder);
  if (!existsSync(path))
    throw new BackupRefused(`${folder} is no backup, or one that was never finished: it has no backup.json.`);
  const read = readJson(path);
  const newer = z.looseObject({ content: z.looseObject({ dataFormat: z.number().gt(dataFormat) }) }).safeParse(read);
  if (newer.success)
    throw new BackupRefused(
      `The backup was made by a newer version: its format is ${newer.data.content.dataFormat}, and this version reads up to ${dataFormat}. Restore it with that version; nothing was restored.`,
    );
  const whole = manifest.safeParse(read);
  if (!whole.success || sha256(JSON.stringify(whole.data.content)) !== whole.data.sha256)
    throw damaged('backup.json is not as it was written');
  for (const file of whole.data.content.files) {
    const found = await digestOfFile(join(folder, file.path)).catch(() => undefined);
    if (!found) throw damaged(`${file.path} is missing`);
    if (found.bytes !== file.bytes || found.sha256 !== file.sha256)
      throw damaged(`${file.path} is not as it was written`);
  }
  return whole.data.content;
};
