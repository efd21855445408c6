import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { RegistryRefused } from '../../lambdas/registry/read-registry.ts';
import { formatOf, readKits } from './kits-file.ts';
import type { GatewayPlace } from './places.ts';
import type { KitEntry, ReadKit } from './read-kit.ts';

type GatewayEntry = Readonly<Record<string, unknown>>;

/** What the files of a registry come to: the document that functions read, and where each part of it stands. */
export type Assembled = {
  readonly document: { readonly gateways: readonly unknown[] } & NewsEntries;
  /** Of each gateway of the document, in its order. */
  readonly places: readonly GatewayPlace[];
  /** Whether more than the one file makes it up. */
  readonly isSplit: boolean;
};

/** What stands in the file itself alone, and in none that it names. */
type NewsEntries = { readonly channels?: unknown; readonly news?: unknown; readonly owners?: unknown };

type Reading = {
  newsEntries: NewsEntries;
  readonly gateways: unknown[];
  readonly places: GatewayPlace[];
  readonly problems: string[];
  /** Each file once, by its real path, with who names it. */
  readonly read: Map<string, string>;
};

/**
 * Reads `gateways.json` and all that it names: further files under `include`, and files of kits. Paths are taken from the file
 * that names them. Throws {@link RegistryRefused} with each file that cannot be read, is named twice, or is none of these.
 */
export const assemble = (path: string, text: string): Assembled => {
  const reading: Reading = { newsEntries: {}, gateways: [], places: [], problems: [], read: new Map() };
  readInto(reading, path, { text, by: 'the command' });
  if (reading.problems.length > 0) throw new RegistryRefused(reading.problems);
  return {
    document: { ...reading.newsEntries, gateways: reading.gateways },
    places: reading.places,
    isSplit: reading.read.size > 1,
  };
};

const readInto = (
  reading: Reading,
  path: string,
  { text, by }: { readonly text: string; readonly by: string },
): void => {
  const { problems } = reading;
  if (!isFirst(reading, path, by)) return;
  const file = documentIn(text);
  const isRoot = reading.read.size === 1;
  const say = (problem: string): unknown => problems.push(isRoot ? problem : `${path}: ${problem}`);
  if (typeof file === 'string') return void say(file);
  const { $schema: _, include, gateways, ...rest } = file;
  const known = isRoot ? ['channels', 'news', 'owners'] : [];
  if (isRoot) reading.newsEntries = Object.fromEntries(Object.entries(rest).filter(([name]) => known.includes(name)));
  for (const name of Object.keys(rest).filter((name) => !known.includes(name)))
    say(`the file: "${name}" is not known; allowed are $schema, include, ${[...known, 'gateways'].join(', ')}.`);
  if (!Array.isArray(gateways)) say('gateways: given nothing or no list; allowed is a list, which may be empty.');
  else for (const [index, gateway] of gateways.entries()) addGateway(reading, path, gateway, index);
  if (include === undefined) return;
  if (!Array.isArray(include)) return void say('include: given no list; allowed is a list of paths from this file.');
  for (const named of include as readonly unknown[]) {
    const found = besides(path, named);
    if (found === undefined) say(`include: ${notAPath(named)}`);
    else {
      const read = textOf(found);
      if (read instanceof Buffer) readInto(reading, found, { text: read.toString('utf8'), by: path });
      else say(`include: ${found} ${read}`);
    }
  }
};

const addGateway = (reading: Reading, path: string, gateway: unknown, index: number): void => {
  const kits = typeof gateway === 'object' && gateway !== null ? Reflect.get(gateway, 'kits') : undefined;
  const place = { file: path, index };
  if (typeof kits !== 'object' || kits === null || Array.isArray(kits)) {
    reading.gateways.push(gateway);
    reading.places.push(place);
    return;
  }
  const found = kitsIn(reading, `${path}: gateways[${index}].kits`, path, kits as Readonly<Record<string, unknown>>);
  if (!found) return;
  const placeOf = (kit: number): string => `${found.file} line ${found.kits[kit]?.line ?? 0}`;
  reading.gateways.push({ ...(gateway as GatewayEntry), kits: found.kits.map(({ kit }): KitEntry => kit) });
  reading.places.push({ ...place, kits: { file: found.file, placeOf } });
};

/** The kits of the file that a gateway names at this place; `undefined` when that is refused. */
const kitsIn = (
  reading: Reading,
  at: string,
  path: string,
  { file, ...others }: Readonly<Record<string, unknown>>,
): { readonly file: string; readonly kits: readonly ReadKit[] } | undefined => {
  const refuse = (problem: string): undefined => void reading.problems.push(problem);
  const found = besides(path, file);
  const format = found === undefined ? undefined : formatOf(found);
  if (Object.keys(others).length > 0)
    return refuse(`${at}: given an object; allowed is a list, or {"file": "…"} alone.`);
  if (found === undefined) return refuse(`${at}.file: ${notAPath(file)}`);
  if (!format)
    return refuse(`${at}.file: given ${JSON.stringify(file)}; allowed is a name that ends in .ndjson, .jsonl or .csv.`);
  const bytes = textOf(found);
  if (!(bytes instanceof Buffer)) return refuse(`${at}.file: ${found} ${bytes}`);
  if (!isFirst(reading, found, at)) return undefined;
  const { kits, problems } = readKits(format, bytes);
  for (const { line, problem } of problems) refuse(`${found} line ${line}: ${problem}`);
  if (kits.length + problems.length === 0)
    refuse(`${found}: given no kit; allowed is at least one. A gateway without kits has "kits": [].`);
  return { file: found, kits };
};

/** Whether the file was not read yet: named twice, it is refused, which also ends a circle. */
const isFirst = ({ read, problems }: Reading, path: string, by: string): boolean => {
  const real = existsSync(path) ? realpathSync(path) : resolve(path); // one that is only about to be written
  const before = read.get(real);
  if (before !== undefined)
    problems.push(`${by}: given ${path}, which ${before} names already; allowed is to name a file once.`);
  else read.set(real, by);
  return before === undefined;
};

const besides = (path: string, named: unknown): string | undefined =>
  typeof named === 'string' && named !== '' && !isAbsolute(named) ? join(dirname(path), named) : undefined;

const notAPath = (given: unknown): string =>
  `given ${typeof given === 'string' ? JSON.stringify(given) : 'no text'}; allowed is a path from the file that names it.`;

const textOf = (path: string): Buffer | string => {
  try {
    return readFileSync(path);
  } catch (error) {
    return `cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}. Allowed is a file that is there.`;
  }
};

const documentIn = (text: string): Readonly<Record<string, unknown>> | string => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : 'the file: given no object; allowed is {"gateways": […]}.';
  } catch (error) {
    const where = error instanceof SyntaxError ? / \(line \d+ column \d+\)/.exec(error.message)?.[0] : undefined;
    return `the file: given a text that is not JSON${where ?? ''}; allowed is JSON.`;
  }
};
