import { registryJsonSchema } from '../../lambdas/registry/schema.ts';

/** How the text of a cell is read: `json` is an object that has no columns of its own. */
export type ColumnType = 'text' | 'number' | 'boolean' | 'list' | 'json';
type Columns = ReadonlyMap<string, ColumnType>;

type Part = {
  readonly type?: unknown;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly oneOf?: readonly Part[];
};

/** Labels have a column each, whatever they are called: `labels.env`. */
export const labelPrefix = 'labels.';

const typeOf = ({ type }: Part): ColumnType => {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean') return 'boolean';
  if (type === 'array') return 'list';
  return type === 'object' ? 'json' : 'text';
};

/** A property, or those inside it by their full names. */
const columnsOf = (part: Part, prefix = ''): readonly (readonly [string, ColumnType])[] =>
  Object.entries(part.properties ?? {}).flatMap(([name, inner]) =>
    inner.properties ? columnsOf(inner, `${prefix}${name}.`) : [[`${prefix}${name}`, typeOf(inner)] as const],
  );

const at = (part: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, name) => (inner ? Reflect.get(Object(inner), name) : undefined), part);

/** The columns of each kind, by the schema that checks its kits. */
const byKind: ReadonlyMap<unknown, Columns> = new Map(
  (
    (at(registryJsonSchema(), 'properties', 'gateways', 'items', 'properties', 'kits', 'items', 'oneOf') ??
      []) as readonly Part[]
  ).map((kit) => [
    kit.properties?.kind?.const,
    new Map(columnsOf(kit).filter(([name]) => name !== 'labels')), // they are columns by their names
  ]),
);

/** Every column that a kit of some kind has, in the order of the schema. */
export const allColumns: readonly string[] = [...new Set([...byKind.values()].flatMap((one) => [...one.keys()]))];

/** How a cell of this kind of kit is read; a text where the kind has no such column, which its schema then refuses. */
export const columnType = (kind: string, column: string): ColumnType => byKind.get(kind)?.get(column) ?? 'text';
