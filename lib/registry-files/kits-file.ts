import { extname } from 'node:path';
import { csvOf, kitsOfCsv } from './kits-csv.ts';
import type { KitEntry, KitsRead, LineProblem, ReadKit } from './read-kit.ts';

export type KitsFormat = 'ndjson' | 'csv';
const formats: Readonly<Record<string, KitsFormat>> = { '.ndjson': 'ndjson', '.jsonl': 'ndjson', '.csv': 'csv' };

/** What the name of a file says it is; `undefined` for another ending than .ndjson, .jsonl and .csv. */
export const formatOf = (path: string): KitsFormat | undefined => formats[extname(path).toLowerCase()];

/** The kits of a file, each with its line, and every line that is no kit; what a kit may have is not looked at here. */
export const readKits = (format: KitsFormat, bytes: Buffer): KitsRead =>
  format === 'csv' ? kitsOfCsv(bytes) : kitsOfNdjson(bytes);

/** Kits as the text of such a file. */
export const writeKits = (format: KitsFormat, kits: readonly KitEntry[]): string =>
  format === 'csv' ? csvOf(kits) : kits.map((kit) => `${JSON.stringify(kit)}\n`).join('');

/** The lines of a file, from 1, without their ends; empty ones are left out. One at a time is a text, however many there are. */
export const linesOf = function* (bytes: Buffer): Generator<{ readonly line: number; readonly text: string }> {
  const decoder = new TextDecoder(); // takes a byte order mark away
  for (let [from, line] = [0, 1]; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    const to = end === -1 ? bytes.length : end;
    const text = decoder.decode(bytes.subarray(from, to)).trimEnd();
    if (text.trim() !== '') yield { line, text };
    from = to + 1;
  }
};

const kitsOfNdjson = (bytes: Buffer): KitsRead => {
  const [kits, problems]: [ReadKit[], LineProblem[]] = [[], []];
  for (const { line, text } of linesOf(bytes)) {
    const kit = kitIn(text);
    if (kit) kits.push({ kit, line });
    else problems.push({ line, problem: 'given a text that is not a JSON object; allowed is one kit a line.' });
  }
  return { kits, problems };
};

/** The kit of such a line, if it is one. */
export const kitIn = (text: string): KitEntry | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as KitEntry) : undefined;
  } catch {
    return undefined;
  }
};
