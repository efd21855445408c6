import { same } from '../../lambdas/domain/configuration-differences.ts';
import type { Registry } from '../../lambdas/registry/read-registry.ts';
import { formatOf, readKits } from '../registry-files/kits-file.ts';
import { placed } from '../registry-files/places.ts';
import type { KitsRead, LineProblem } from '../registry-files/read-kit.ts';
import {
  type EditedRegistry,
  indexOf,
  type KitEntry,
  type OpenedRegistry,
  problemsIn,
  refused,
  withKitsOf,
} from './registry-edit.ts';

/** What is wrong with the file of kits, by its line; without one, with the registry as it would be. */
export type ImportProblem = { readonly problem: string; readonly line?: number };

/** What an import comes to, by kit id. With one problem nothing is imported. */
export type ImportSummary = {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
  readonly refused: readonly ImportProblem[];
};

/** An upsert: kits of the file that the gateway has become what the file says, the others are added, and the rest is untouched. */
export const importKits = (
  opened: OpenedRegistry,
  gatewayId: string,
  { kits: read, problems }: KitsRead,
): { readonly summary: ImportSummary; readonly edited?: EditedRegistry } => {
  const index = indexOf(opened, gatewayId);
  const there = opened.gateways[index]?.kits ?? [];
  const known = new Set<unknown>(there.map(({ kitId }) => kitId));
  const byId = new Map(read.map((one) => [one.kit.kitId, one.kit as KitEntry]));
  const lines = new Map(read.map(({ kit, line }) => [kit, line]));
  const twice = repeated(read);
  const kits = [
    ...there.map((kit) => byId.get(kit.kitId) ?? kit),
    ...read.flatMap(({ kit }) => (known.has(kit.kitId) ? [] : [kit as KitEntry])),
  ];
  const gateways = opened.gateways.map((one, at) => (at === index ? { ...one, kits } : one));
  const found = problemsIn({ gateways });
  const isTwice = new Set(twice.map(({ line }) => line));
  const ofKits = found.problems
    .map((problem) => inLines(opened, index, problem, (at) => lines.get(kits[at] as KitEntry)))
    .filter(({ line, problem }) => !(line !== undefined && isTwice.has(line) && problem.startsWith('kitId: ')));
  const wrong = [...problems, ...twice, ...ofKits].toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
  if (wrong.length > 0) return { summary: { created: [], changed: [], unchanged: [], refused: wrong } };
  const ids = [...byId.keys()].map(String);
  const kitsOf = ({ gateways: all }: Registry) => new Map(all[index]?.kits.map((kit) => [String(kit.kitId), kit]));
  const [before, after] = [kitsOf(opened.registry), kitsOf(found.registry ?? opened.registry)];
  const isSame = (id: string): boolean => same(before.get(id), after.get(id));
  return {
    summary: {
      created: ids.filter((id) => !before.has(id)),
      changed: ids.filter((id) => before.has(id) && !isSame(id)),
      unchanged: ids.filter((id) => before.has(id) && isSame(id)),
      refused: [],
    },
    edited: withKitsOf(
      opened,
      index,
      kits.map((kit, at) => (isSame(kit.kitId) ? (there[at] ?? kit) : kit)),
    ),
  };
};

/** A line whose kit stands on an earlier one too. */
const repeated = (read: KitsRead['kits']): readonly LineProblem[] => {
  const first = new Map<unknown, number>();
  return read.flatMap(({ kit: { kitId }, line }) => {
    const before = first.get(kitId);
    if (before === undefined) first.set(kitId, line);
    return before === undefined || typeof kitId !== 'string'
      ? []
      : [{ line, problem: `kitId: ${JSON.stringify(kitId)} is on line ${before} too; allowed is one line for a kit.` }];
  });
};

/** A problem of the document by the line of the file that is imported, where it is one of its kits. */
const inLines = (
  { assembled: { places, isSplit } }: OpenedRegistry,
  index: number,
  problem: string,
  lineOf: (kit: number) => number | undefined,
): ImportProblem => {
  const [start = '', gateway, kit] = /^gateways\[(\d+)\]\.kits\[(\d+)\]\.?/.exec(problem) ?? [];
  const line = Number(gateway) === index ? lineOf(Number(kit)) : undefined;
  if (line === undefined) return { problem: placed(problem, places, isSplit) };
  const rest = problem.slice(start.length).replace(/^: /, '');
  return { line, problem: placed(rest, places, isSplit) };
};

/** The kits of a file that is to be imported: NDJSON and CSV by the ending, or a JSON list. Throws CommandFailed for a file without one. */
export const kitsToImport = (fileName: string, bytes: Buffer): KitsRead => {
  const read = /\.json$/i.test(fileName) ? kitsOfJson(fileName, bytes) : readKits(formatOf(fileName) ?? 'csv', bytes);
  if (read.kits.length + read.problems.length === 0) throw refused(`${fileName} holds no kit.`);
  return read;
};

const kitsOfJson = (fileName: string, bytes: Buffer): KitsRead => {
  const text = bytes.toString('utf8');
  const kits = listIn(text);
  if (!kits)
    throw refused(
      `${fileName} holds no JSON list. Allowed is a JSON list of kits, NDJSON (.ndjson, .jsonl) with one a line, or CSV with a line of column names.`,
    );
  const lines = linesOfElements(text);
  return { kits: kits.map((kit, index) => ({ kit: Object(kit), line: lines[index] ?? 1 })), problems: [] };
};

const listIn = (text: string): readonly unknown[] | undefined => {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined;
  }
};

/** On which line each object of a JSON list begins. */
const linesOfElements = (text: string): readonly number[] => {
  const lines: number[] = [];
  let [depth, line] = [0, 1];
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|[[\]{}\n]/g)) {
    if (token === '\n') line += 1;
    if (token === '{' && depth === 1) lines.push(line);
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
  }
  return lines;
};
