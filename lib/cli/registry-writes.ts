import { readFileSync } from 'node:fs';
import type { Assembled } from '../registry-files/assemble.ts';
import { formatOf, kitIn, linesOf, writeKits } from '../registry-files/kits-file.ts';
import type { KitEntry } from '../registry-files/read-kit.ts';
import { writeText } from './user-files.ts';

/** A file, and the text that it gets. */
export type FileWrite = { readonly path: string; readonly text: string };

type Files = { readonly path: string; readonly text: string; readonly assembled: Assembled };

/** The file in which the kits of a gateway stand, as it is with other kits; none when they are the same. */
export const writesOf = (files: Files, index: number, kits: readonly KitEntry[]): readonly FileWrite[] => {
  const place = files.assembled.places[index];
  if (!place) return [];
  const path = place.kits?.file ?? place.file;
  const before = path === files.path ? files.text : readFileSync(path, 'utf8');
  const after = place.kits ? kitsText(path, before, kits) : withInline(before, place.index, kits);
  return after === before ? [] : [{ path, text: after }];
};

/** Puts the texts in place of their files, each whole or not at all. Throws CommandFailed. */
export const writeFiles = (writes: readonly FileWrite[]): void => {
  for (const { path, text } of writes) writeText(path, text);
};

const withInline = (text: string, index: number, kits: readonly KitEntry[]): string => {
  const file = JSON.parse(text) as { readonly gateways: readonly { readonly kits: unknown }[] };
  const gateways = file.gateways.map((one, at) => (at === index ? { ...one, kits } : one));
  if (JSON.stringify(file.gateways[index]?.kits) === JSON.stringify(kits)) return text;
  return `${JSON.stringify({ ...file, gateways }, null, 2)}\n`;
};

/** Of NDJSON a line that says the same stays as it was written, so that a comparison of versions shows what changed. */
const kitsText = (path: string, before: string, kits: readonly KitEntry[]): string => {
  const format = formatOf(path) ?? 'ndjson';
  if (format === 'csv') return writeKits('csv', kits);
  const written = new Map<unknown, string>();
  for (const { text } of linesOf(Buffer.from(before))) {
    const kit = kitIn(text);
    if (kit) written.set(JSON.stringify(kit), text);
  }
  return kits.map((kit) => `${written.get(JSON.stringify(kit)) ?? JSON.stringify(kit)}\n`).join('');
};
