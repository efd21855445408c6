import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';

const entry = z.tuple([z.string(), z.unknown()]);

/** The records of a backup, key by key. */
export async function* readEntries(path: string): AsyncGenerator<readonly [string, unknown]> {
  for await (const line of createInterface({ input: createReadStream(path, 'utf8') }))
    if (line !== '') yield entry.parse(JSON.parse(line));
}
