import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { KitCallFailed, type KitCallProblem } from '../domain/kit-call-failed.ts';
import type { KitFiles } from '../ports.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const longestFile = 65_536;
/** Longer than a kit may take: what is older was left by a run that died. */
const leftAfterMs = 60_000;

/** The files of this machine, or what is mounted into it. */
export const filesOfThisMachine: KitFiles = {
  read: (folder, fileName, signal) =>
    inTime(signal, () => withFile(folder, fileName, (file) => file.readFile({ encoding: 'utf8' }))),
  replace: (folder, fileName, text, signal) =>
    inTime(signal, async () => {
      const before = await withFile(folder, fileName, async (_, found) => found);
      if ((before.mode & 0o007) !== 0)
        throw new KitCallFailed(
          'REQUEST_REFUSED',
          `every user of the machine has rights to it (mode ${modeOf(before)})`,
        );
      const temporary = join(folder, `.${fileName}.${randomUUID()}.new`);
      const writtenAtMs = await write(temporary, text, before);
      await rename(temporary, join(folder, fileName)).catch(async (error: unknown) => {
        await unlink(temporary).catch(() => undefined);
        throw error;
      });
      await inFolder(folder, (opened) => opened.sync()); // the rename too outlives a power cut
      await sweep(folder, fileName, writtenAtMs - leftAfterMs);
    }),
};

const modeOf = ({ mode }: Stats): string => (mode & 0o777).toString(8);

/** Does something with a file that is a plain one of this very folder. */
const withFile = async <Result>(
  folder: string,
  fileName: string,
  work: (file: FileHandle, found: Stats) => Promise<Result>,
): Promise<Result> => {
  const real = await realpath(folder).catch(absentAs('the folder is not there'));
  if (real !== folder)
    throw new KitCallFailed('REQUEST_REFUSED', `a symbolic link is on the way to the folder, which really is ${real}`);
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK; // a pipe in its place would never answer
  const file = await open(join(folder, fileName), flags).catch(absentAs('the file is not there'));
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new KitCallFailed('REQUEST_REFUSED', 'it is a directory or the like, and no file');
    if (found.size > longestFile) throw new KitCallFailed('REQUEST_REFUSED', 'it is longer than 64 KB');
    return await work(file, found);
  } finally {
    await file.close();
  }
};

/** A new file, on the disk to its last byte, which only its future owner and group may read; when it was written, by the clock of the disk. */
const write = async (path: string, text: string, { mode, uid, gid }: Stats): Promise<number> => {
  const file = await open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
  try {
    const made = await file.stat();
    if (made.uid !== uid || made.gid !== gid) await file.chown(uid, gid);
    await file.chmod(mode & 0o777);
    await file.writeFile(text);
    await file.sync();
    return (await file.stat()).mtimeMs;
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
};

const inFolder = async (folder: string, work: (opened: FileHandle) => Promise<void>): Promise<void> => {
  const opened = await open(folder, O_RDONLY);
  await work(opened).finally(() => opened.close());
};

/** Takes away what runs that died have left, as far as it can: it holds a credential. */
const sweep = async (folder: string, fileName: string, beforeMs: number): Promise<void> => {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => name.startsWith(`.${fileName}.`) && name.endsWith('.new'));
  for (const path of left.map((name) => join(folder, name))) {
    const found = await lstat(path).catch(() => undefined);
    if (found && found.mtimeMs < beforeMs) await unlink(path).catch(() => undefined);
  }
};

const absentAs =
  (answer: string) =>
  (error: unknown): never => {
    throw codeOf(error) === 'ENOENT' ? new KitCallFailed('NOT_GIVEN', answer) : error;
  };

/** What errors of the system mean; all others may pass by themselves. */
const problems: Readonly<Record<string, KitCallProblem>> = {
  ENOENT: 'NOT_GIVEN',
  ...{ EACCES: 'ACCESS_DENIED', EPERM: 'ACCESS_DENIED', EROFS: 'ACCESS_DENIED' },
  ...{ ELOOP: 'REQUEST_REFUSED', EISDIR: 'REQUEST_REFUSED', ENOTDIR: 'REQUEST_REFUSED' },
  ...{ ENAMETOOLONG: 'REQUEST_REFUSED', EINVAL: 'REQUEST_REFUSED', EMLINK: 'REQUEST_REFUSED' },
};
const meanings: Readonly<Record<string, string>> = {
  EPERM: 'EPERM, it belongs to another user or group than this process may give files to',
  ELOOP: 'ELOOP, it is a symbolic link',
};

/** The same error in our words, of which its code alone goes on: its message has the path, and nothing is taken from it. */
export const failureOfFile = (error: unknown): KitCallFailed => {
  if (error instanceof KitCallFailed) return error;
  const code = codeOf(error) ?? 'unknown error';
  return new KitCallFailed(problems[code] ?? 'SERVER_ERROR', meanings[code] ?? code);
};

const codeOf = (error: unknown): string | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{2,50}$/.test(code) ? code : undefined;
};

/** Leaves a file system that does not answer alone when the time is over. */
const inTime = async <Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> => {
  const late = new KitCallFailed('TIMEOUT', 'no answer in time');
  if (signal.aborted) throw late;
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = () => reject(late);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work(), over]);
  } catch (error) {
    throw failureOfFile(error);
  } finally {
    signal.removeEventListener('abort', end);
  }
};
