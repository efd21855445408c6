import { parse } from 'csv-parse/sync';
import { allColumns, type ColumnType, columnType, labelPrefix } from './kit-columns.ts';
import type { KitEntry, KitsRead, LineProblem, ReadKit } from './read-kit.ts';

/** Kits of a CSV text, whose first line names the columns. Every line that is none is a problem of that line. */
export const kitsOfCsv = (bytes: Buffer): KitsRead => {
  const problems: LineProblem[] = [];
  const kits: ReadKit[] = [];
  let columns: readonly string[] | undefined;
  const read = (cells: readonly string[], lastLine: number): void => {
    const line = lastLine - cells.reduce((breaks, cell) => breaks + cell.split('\n').length - 1, 0);
    if (columns === undefined) {
      columns = cells;
      problems.push(...problemsOfHeader(cells).map((problem) => ({ line, problem })));
    } else if (cells.length !== columns.length)
      problems.push({
        line,
        problem: `given ${cells.length} cells; allowed are ${columns.length}, one for each column of the first line.`,
      });
    else kits.push({ kit: kitOf(columns, cells), line });
  };
  try {
    parse(bytes, {
      ...{ bom: true, trim: true, skip_empty_lines: true, relax_column_count: true },
      on_record: (cells: string[], { lines }) => {
        read(cells, lines);
        return null; // nothing is kept twice
      },
    });
  } catch (error) {
    problems.push({
      line: Number(Object(error).lines ?? 1),
      problem: 'given a text that is not CSV, such as an open quote; allowed is CSV with a line of column names.',
    });
  }
  return { kits: problems.some(({ line }) => line === 1) ? [] : kits, problems };
};

const problemsOfHeader = (columns: readonly string[]): readonly string[] => {
  const known = new Set(allColumns);
  const unknown = columns.filter((name) => !known.has(name) && !name.startsWith(labelPrefix));
  const twice = [...new Set(columns.filter((name, index) => columns.indexOf(name) !== index))];
  return [
    ...(unknown.length > 0
      ? [
          `given ${unknown.length === 1 ? 'the column' : 'the columns'} ${unknown.map((one) => JSON.stringify(one)).join(', ')}; allowed are ${allColumns.join(', ')}, and ${labelPrefix}<name>.`,
        ]
      : []),
    ...(twice.length > 0
      ? [`given ${twice.map((one) => JSON.stringify(one)).join(', ')} twice; allowed is once.`]
      : []),
  ];
};

/** An empty cell says nothing; what is not of the type of its column stays the text that it is, for the schema to refuse. */
const kitOf = (columns: readonly string[], cells: readonly string[]): KitEntry => {
  const kind = cells[columns.indexOf('kind')] ?? '';
  const root: Tree = new Map();
  columns.forEach((column, index) => {
    const text = cells[index] ?? '';
    if (text === '') return;
    if (column.startsWith(labelPrefix)) put(root, ['labels', column.slice(labelPrefix.length)], textIn(text));
    else put(root, column.split('.'), valueIn(text, columnType(kind, column)));
  });
  return plainOf(root) as KitEntry;
};

type Tree = Map<string, unknown>;

const put = (tree: Tree, [name = '', ...rest]: readonly string[], value: unknown): void => {
  if (rest.length === 0) return void tree.set(name, value);
  const inner = tree.get(name);
  const next: Tree = inner instanceof Map ? inner : new Map();
  tree.set(name, next);
  put(next, rest, value);
};

const plainOf = (tree: Tree): Readonly<Record<string, unknown>> =>
  Object.fromEntries([...tree].map(([name, value]) => [name, value instanceof Map ? plainOf(value) : value]));

const valueIn = (text: string, type: ColumnType): unknown => {
  switch (type) {
    case 'number':
      return /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text;
    case 'list':
      return text.startsWith('[') ? (jsonIn(text) ?? text) : text.split(';').map((item) => item.trim());
    case 'json':
      return jsonIn(text) ?? text;
    default:
      return textIn(text);
  }
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A cell that is a text in JSON's quotes is that text: so nothing is an empty one, or begins with a quote or a blank, in vain. */
const textIn = (text: string): string => {
  const quoted = text.startsWith('"') ? jsonIn(text) : undefined;
  return typeof quoted === 'string' ? quoted : text;
};

/** The same kits as CSV: what {@link kitsOfCsv} reads from it is what was given. */
export const csvOf = (kits: readonly KitEntry[]): string => {
  const cells = kits.map((kit) => new Map(cellsOf(kit)));
  const used = new Set(cells.flatMap((one) => [...one.keys()]));
  const labels = [...used].filter((name) => name.startsWith(labelPrefix)).toSorted();
  const columns = [...allColumns.filter((name) => used.has(name)), ...labels];
  const line = (texts: readonly string[]): string => `${texts.map(quoted).join(',')}\n`;
  return [line(columns), ...cells.map((one) => line(columns.map((name) => one.get(name) ?? '')))].join('');
};

const known: ReadonlySet<string> = new Set(allColumns);

const cellsOf = (value: unknown, prefix = ''): readonly (readonly [string, string])[] =>
  Object.entries(Object(value) as Record<string, unknown>).flatMap(([name, inner]) => {
    const column = `${prefix}${name}`;
    if (inner === undefined) return [];
    if (known.has(column) || prefix === labelPrefix) return [[column, cellOf(inner)] as const];
    return cellsOf(inner, `${column}.`);
  });

const isPlainItem = (item: unknown): item is string =>
  typeof item === 'string' && item !== '' && !/^[[\s]|[;]|\s$/.test(item);

const cellOf = (value: unknown): string => {
  if (Array.isArray(value))
    return value.length > 0 && value.every(isPlainItem) ? value.join(';') : JSON.stringify(value);
  if (typeof value !== 'string') return JSON.stringify(value);
  return value === '' || /^["\s]|\s$/.test(value) ? JSON.stringify(value) : value;
};

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
