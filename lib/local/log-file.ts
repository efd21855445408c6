import { mkdirSync } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { appending, appendOwnFile } from '../emulator/wire/own-file.ts';

/** How large a file may become, and how many older ones (`.1`, `.2`, …) are kept beside it. */
export type LogLimits = { readonly fileBytes: number; readonly olderFiles: number };

/** Lines on their way to a file of this user (0600). `write` never waits and never throws. */
export type LogFile = {
  write(line: string): void;
  /** Resolves when everything was written, or could not be. */
  flush(): Promise<void>;
  /** Writes what is left, for a process that ends now. */
  flushNow(): void;
};

/** Lines that wait while nothing can be written; what comes then is only counted. */
const mostWaiting = 10_000;

const append = async (path: string, text: string): Promise<void> => {
  const file = await open(path, appending, 0o600);
  try {
    await file.appendFile(text);
  } finally {
    await file.close();
  }
};

/** Opens a file that is appended to off the path of whoever writes, and replaced by an empty one when it is full. */
export const openLogFile = (path: string, { fileBytes, olderFiles }: LogLimits): LogFile => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let waiting: string[] = [];
  let lost = 0;
  let sizeBytes: number | undefined;
  let writing: Promise<void> | undefined;

  const makeRoom = async (bytes: number): Promise<void> => {
    sizeBytes ??= await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
    if (sizeBytes === 0 || sizeBytes + bytes <= fileBytes) return;
    for (let age = olderFiles; age > 0; age--)
      await rename(age === 1 ? path : `${path}.${age - 1}`, `${path}.${age}`).catch(() => undefined);
    sizeBytes = 0;
  };
  const taken = (): string => {
    const said =
      lost === 0 ? [] : [`${JSON.stringify({ level: 'WARN', message: `${lost} lines could not be written.` })}\n`];
    return [...said, ...waiting].join('');
  };
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const text = taken();
      const [lines, lostBefore] = [waiting.length, lost];
      try {
        await makeRoom(Buffer.byteLength(text));
        await append(path, text);
      } catch {
        sizeBytes = undefined;
        return; // the next line tries again
      }
      sizeBytes = (sizeBytes ?? 0) + Buffer.byteLength(text);
      waiting = waiting.slice(lines);
      lost -= lostBefore;
    }
  };
  const begin = (): Promise<void> => {
    writing ??= work().finally(() => {
      writing = undefined;
    });
    return writing;
  };

  return {
    write: (line) => {
      if (waiting.length < mostWaiting) waiting.push(`${line}\n`);
      else lost += 1;
      void begin();
    },
    flush: async () => {
      await writing;
      if (waiting.length > 0) await begin();
    },
    flushNow: () => {
      if (writing !== undefined || waiting.length === 0) return; // what is under way would be there twice
      try {
        appendOwnFile(path, taken());
      } catch {
        // there is no place to say it
      }
    },
  };
};
