import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { EvidenceHead } from '../../lambdas/evidence-export/evidence-schema.ts';
import { NotWritten, refuseUnlessFile } from '../user-file.ts';
import { CommandFailed } from './failure.ts';
import { jsonLine, jsonText } from './terminal.ts';

/** The line after which each part of the kits has a line of its own, and those after the last. */
export const partsBegin = '  "kits": [';
export const partsEnd = ['  ]', '}'] as const;

/**
 * The text of a document, piece by piece: one JSON text, in which each part of the kits is a line, so that nobody has to hold
 * them all to write it or to check it.
 */
export async function* evidenceLines(
  { record, signature }: EvidenceHead,
  parts: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>,
): AsyncGenerator<string> {
  yield `${jsonText({ record, signature }).replace(/\n\}$/, ',')}\n${partsBegin}\n`;
  let isFirst = true;
  for await (const part of parts) {
    yield `${isFirst ? '' : ',\n'}    ${jsonLine(part)}`;
    isFirst = false;
  }
  yield `${isFirst ? '' : '\n'}${partsEnd.join('\n')}\n`;
}

/** Puts the pieces in place of a file that the user has named, whole or not at all. Throws {@link CommandFailed}, and what the pieces do. */
export const writePieces = async (path: string, pieces: AsyncIterable<string>): Promise<void> => {
  const fresh = `${path}.${randomBytes(6).toString('hex')}.new`;
  const written = <Result>(write: () => Result): Result => {
    try {
      return write();
    } catch (cause) {
      const why = cause instanceof NotWritten ? cause.message : `${path} cannot be written: ${String(cause)}`;
      throw new CommandFailed('usage', why, { cause });
    }
  };
  written(() => refuseUnlessFile(path));
  const file = written(() => openSync(fresh, 'wx'));
  try {
    for await (const piece of pieces) written(() => writeSync(file, piece));
    written(() => renameSync(fresh, path));
  } finally {
    closeSync(file);
    rmSync(fresh, { force: true });
  }
};

const readAtOnce = 65_536;

/** The lines of a file that the user has named, one at a time. Throws {@link CommandFailed}. */
export function* linesOfFile(path: string): Generator<string> {
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(readAtOnce);
  let file: number | undefined;
  let rest = '';
  try {
    file = openSync(path, 'r');
    for (let bytes = readSync(file, buffer); bytes > 0; bytes = readSync(file, buffer)) {
      const lines = `${rest}${decoder.write(buffer.subarray(0, bytes))}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    throw new CommandFailed('usage', `${path} cannot be read: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
  if (rest !== '') yield rest;
}
