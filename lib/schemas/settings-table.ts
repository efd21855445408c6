import type * as z from 'zod';

/** A JSON Schema as zod makes it. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;
type Part = JsonSchema | boolean | undefined;

const isSchema = (part: unknown): part is JsonSchema => typeof part === 'object' && part !== null;

/** The schema at a path of properties; `items` and `oneOf` are passed through. Throws when there is none, so that no table is empty unseen. */
export const schemaAt = (schema: JsonSchema, ...path: readonly string[]): JsonSchema => {
  const [name, ...rest] = path;
  if (name === undefined) return schema;
  const found: Part = /^\d+$/.test(name) ? schema.oneOf?.[Number(name)] : propertyOf(schema, name);
  if (!isSchema(found)) throw new Error(`The schema has no "${name}".`);
  return schemaAt(found, ...rest);
};

const propertyOf = (schema: JsonSchema, name: string): Part => {
  const items = Array.isArray(schema.items) ? undefined : schema.items;
  return name === 'items' ? items : schema.properties?.[name];
};

const inCode = (text: string): string => `\`${text}\``;
const grouped = (count: number): string => count.toLocaleString('en-US');

const units = [
  { seconds: 86_400, word: 'day' },
  { seconds: 3600, word: 'hour' },
  { seconds: 60, word: 'minute' },
] as const;

/** A number as people read it; seconds that are whole minutes, hours or days are said in these too. */
const numberOf = (name: string, count: number): string => {
  const unit = name.endsWith('Seconds') ? units.find(({ seconds }) => count > 0 && count % seconds === 0) : undefined;
  if (!unit) return grouped(count);
  const times = count / unit.seconds;
  return `${grouped(count)} (${times} ${unit.word}${times === 1 ? '' : 's'})`;
};

const rangeOf = (name: string, { minimum, maximum }: JsonSchema): string =>
  minimum === undefined || maximum === undefined
    ? 'a whole number'
    : `${numberOf(name, minimum)} to ${numberOf(name, maximum)}`;

/** What may be given, in words. */
const allowedOf = (name: string, schema: JsonSchema): string => {
  if (schema.oneOf) return schema.oneOf.filter(isSchema).map(choiceOf).join(', ');
  if (schema.const !== undefined) return inCode(String(schema.const));
  if (schema.enum) return schema.enum.map((one) => inCode(String(one))).join(', ');
  switch (schema.type) {
    case 'integer':
    case 'number':
      return rangeOf(name, schema);
    case 'boolean':
      return `${inCode('true')} or ${inCode('false')}`;
    case 'array':
      return 'a list';
    case 'object':
      return 'names with values';
    default:
      if (schema.format === 'uri') return 'a URL';
      return schema.maxLength === undefined ? 'a text' : `a text of up to ${grouped(schema.maxLength)} characters`;
  }
};

/** One of several objects that differ by `kind`. */
const choiceOf = (choice: JsonSchema): string => {
  const others = Object.keys(choice.properties ?? {}).filter((name) => name !== 'kind');
  const kind = choice.properties?.kind;
  const named = inCode(`{"kind": "${isSchema(kind) ? String(kind.const) : ''}"}`);
  return others.length === 0 ? named : `${named} with ${others.map(inCode).join(' and ')}`;
};

const defaultOf = (name: string, schema: JsonSchema, isRequired: boolean): string => {
  if (schema.default === undefined) return isRequired ? '**required**' : 'none';
  return typeof schema.default === 'number'
    ? numberOf(name, schema.default)
    : inCode(JSON.stringify(schema.default).replaceAll('":', '": '));
};

/** What a setting is for, and of a choice what each does. */
const meaningOf = (schema: JsonSchema): string => {
  const kinds = (schema.oneOf ?? []).filter(isSchema).flatMap(({ properties }) => {
    const kind = properties?.kind;
    return isSchema(kind) && kind.description ? [`${inCode(String(kind.const))}: ${kind.description}`] : [];
  });
  return [asSentence(schema.description ?? ''), ...kinds].join(' ').replaceAll('|', '\\|').trim();
};

/** Some descriptions are parts of messages too, and so neither begin nor end like a sentence. */
const asSentence = (text: string): string =>
  text.replace(/^[a-z]/, (first) => first.toUpperCase()).replace(/[^.]$/, '$&.');

type Row = readonly [name: string, schema: JsonSchema, isRequired: boolean];

/** A setting, or the settings inside it by their full names. */
const rowsOf = (schema: JsonSchema, omit: readonly string[], prefix = ''): readonly Row[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, part]): readonly Row[] => {
    if (omit.includes(name) || !isSchema(part)) return [];
    const isRequired = schema.required?.includes(name) ?? false;
    return part.properties
      ? rowsOf(part, [], `${prefix}${name}.`)
      : [[`${prefix}${name}`, part, isRequired && prefix === ''] as const];
  });

/** The properties of an object as a table of a page: name, what is allowed, default, meaning. */
export const settingsTable = (schema: JsonSchema, omit: readonly string[] = []): string => {
  const rows = rowsOf(schema, omit).map(
    ([name, part, isRequired]) =>
      `| ${inCode(name)} | ${allowedOf(name, part)} | ${defaultOf(name, part, isRequired)} | ${meaningOf(part)} |`,
  );
  if (rows.length === 0) return 'It has no settings.';
  return ['| setting | allowed | default | what it is |', '| --- | --- | --- | --- |', ...rows].join('\n');
};
