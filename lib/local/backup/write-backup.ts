import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dataFormat } from '../data-format.ts';
import type { Frozen } from './frozen.ts';
import { type Contents, tablesFile, writeContents } from './manifest.ts';

type File = Contents['files'][number];

/** So much is written at once. */
const chunkChars = 1_000_000;

/** Writes a file of the backup (0600, never through a link), flushed to the disk, and says what it is. */
const write = async (folder: string, path: string, chunks: AsyncIterable<string | Buffer>): Promise<File> => {
  const to = join(folder, path);
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  const file = await open(to, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of chunks) {
      const written = Buffer.from(chunk);
      await file.appendFile(written);
      hash.update(written);
      bytes += written.length;
    }
    await file.sync();
    return { path, bytes, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
};

async function* linesOf(entries: Frozen['entries']): AsyncGenerator<string> {
  let text = '';
  for await (const entry of entries) {
    text += `${JSON.stringify(entry)}\n`;
    if (text.length < chunkChars) continue;
    yield text;
    text = '';
  }
  yield text;
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** A journal that is old enough may be gone by now: it was about a run that ended long ago. */
const journalIn = (dataFolder: string, path: string, length: number): Buffer | undefined => {
  try {
    return readFileSync(join(dataFolder, path)).subarray(0, length);
  } catch {
    return undefined;
  }
};

/** Writes what was frozen into a new folder (0700), and last of all what it holds. On a failure nothing is left of it. */
export const writeBackup = async (frozen: Frozen, dataFolder: string, to: string): Promise<Contents> => {
  mkdirSync(to, { mode: 0o700 });
  try {
    const files: File[] = [await write(to, tablesFile, linesOf(frozen.entries))];
    for (const { path, bytes } of frozen.files) files.push(await write(to, path, only(bytes)));
    for (const { path, length } of frozen.journals) {
      const bytes = journalIn(dataFolder, path, length);
      if (bytes) files.push(await write(to, path, only(bytes)));
    }
    const contents = { dataFormat, takenAt: new Date(frozen.atMs).toISOString(), files };
    writeContents(to, contents);
    return contents;
  } catch (error) {
    rmSync(to, { recursive: true, force: true });
    throw error;
  }
};
