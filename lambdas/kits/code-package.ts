import type { Entry, FileEntry } from '@zip.js/zip.js/lib/zip-core-native.js';

/** The library is loaded with the first package: most deployments have none. Nothing here starts a worker. */
const library = async () => {
  const zip = await import('@zip.js/zip.js/lib/zip-core-native.js');
  zip.configure({ useWebWorkers: false });
  return zip;
};

let last: Promise<unknown> = Promise.resolve();

/** Ten packages at once would take the memory of a function, and no less time. */
const oneAtATime = <Result>(work: () => Promise<Result>): Promise<Result> => {
  const mine = last.then(work);
  last = mine.catch(() => undefined);
  return mine;
};

/** A configuration is no program: what is larger is not what the settings mean. */
const longestFileBytes = 1_048_576;

/**
 * The text of a file in a zip; `undefined` when the zip cannot be read, does not have exactly one file of that path, or the
 * file is encrypted, longer than 1 MB or no text in UTF-8.
 */
export const fileIn = (zip: Uint8Array, path: string): Promise<string | undefined> =>
  oneAtATime(() => readFile(zip, path));

const readFile = async (zip: Uint8Array, path: string): Promise<string | undefined> => {
  const { Uint8ArrayWriter } = await library();
  const { file } = (await found(zip, path)) ?? {};
  if (!file || file.encrypted || file.uncompressedSize > longestFileBytes) return undefined;
  const bytes = await file.getData(new Uint8ArrayWriter(), { checkSignature: true }).catch(() => undefined);
  if (!bytes) return undefined;
  const text = Buffer.from(bytes).toString();
  return Buffer.from(text).equals(bytes) ? text : undefined;
};

/**
 * The zip with another text in one file, which keeps its place, its mode and its time; all other entries are copied byte for
 * byte, so that the same change of the same zip gives the same zip. Throws for a file that {@link fileIn} does not find.
 */
export const withFile = (zip: Uint8Array, path: string, text: string): Promise<Uint8Array> =>
  oneAtATime(() => rewrite(zip, path, text));

const rewrite = async (zip: Uint8Array, path: string, text: string): Promise<Uint8Array> => {
  const { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } = await library();
  const { file, entries } = (await found(zip, path)) ?? {};
  if (!file || !entries) throw new Error(`The zip has no one file ${path}.`);
  const place = entries.indexOf(file);
  const before = new Set(entries.slice(0, place).map(({ offset }) => offset));
  const writer = new ZipWriter(new Uint8ArrayWriter(), { keepOrder: true, dataDescriptor: false });
  await writer.appendZip(new Uint8ArrayReader(zip), { filter: ({ offset }) => before.has(offset) });
  const bytes = new Uint8ArrayReader(Buffer.from(text));
  await writer.add(file.filename, bytes, { entry: file, level: 9, extendedTimestamp: false });
  const isAfter = ({ offset }: Entry): boolean => offset !== file.offset && !before.has(offset);
  await writer.appendZip(new Uint8ArrayReader(zip), { filter: isAfter });
  return writer.close();
};

/** `undefined` for what is no zip, or has no such file or several. */
const found = async (
  zip: Uint8Array,
  path: string,
): Promise<{ readonly file: FileEntry; readonly entries: readonly Entry[] } | undefined> => {
  const { Uint8ArrayReader, ZipReader } = await library();
  const entries = await new ZipReader(new Uint8ArrayReader(zip)).getEntries().catch(() => []);
  const [file, other] = entries.filter((entry) => entry.filename === path);
  return file && !other && !file.directory ? { file, entries } : undefined;
};
