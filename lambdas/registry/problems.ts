import * as z from 'zod';
import { isPlainLine } from '../domain/text.ts';

type Path = readonly PropertyKey[];

/** The part of a JSON Schema that messages are made from; everything else is passed over. */
type Node = {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  description?: string;
  format?: string;
  properties?: Record<string, Node>;
  additionalProperties?: boolean | Node;
  items?: Node;
  oneOf?: Node[];
  anyOf?: Node[];
};
const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    type: z.string().exactOptional(),
    const: z.unknown().exactOptional(),
    enum: z.array(z.unknown()).exactOptional(),
    minimum: z.number().exactOptional(),
    maximum: z.number().exactOptional(),
    description: z.string().exactOptional(),
    format: z.string().exactOptional(),
    properties: z.record(z.string(), node).exactOptional(),
    additionalProperties: z.union([z.boolean(), node]).exactOptional(),
    items: node.exactOptional(),
    oneOf: z.array(node).exactOptional(),
    anyOf: z.array(node).exactOptional(),
  }),
);

/** `gateways[0].kits[1].owner` */
export const pathText = (path: Path): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('') || 'the file';

/** Every issue as a sentence: where, what was given, what is allowed. Texts below `settings` and URLs are never repeated. */
export const problemsOf = (issues: readonly z.core.$ZodIssue[], given: unknown, jsonSchema: unknown): string[] => {
  const root = node.parse(jsonSchema);
  const said = new Set<string>();
  const firstAtItsPath = ({ code, path }: z.core.$ZodIssue): boolean => {
    const at = pathText(path);
    return code === 'unrecognized_keys' || (!said.has(at) && said.add(at) !== undefined);
  };
  return issues.filter(firstAtItsPath).flatMap((issue) => {
    const at = schemaAt(root, issue.path, given);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(
        (key) =>
          `${pathText(issue.path)}: "${key}" is not known; allowed are ${Object.keys(at?.properties ?? {}).join(', ')}.`,
      );
    if (issue.code === 'custom' && !at?.description?.endsWith(issue.message.replace(/^must be /, '')))
      return [`${pathText(issue.path)}: given ${shown(valueAt(given, issue.path), issue.path)}; it ${issue.message}.`];
    return [
      `${pathText(issue.path)}: given ${shown(valueAt(given, issue.path), issue.path)}; allowed is ${at ? allowed(at) : issue.code === 'custom' ? issue.message : elsewhere}.`,
    ];
  });
};

/** For what the schema has no place: the validator's own sentence would be no help. */
const elsewhere = 'what docs/reference.md says of it';

const valueAt = (given: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    given,
  );

const shown = (value: unknown, path: Path): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  if (!isPlainLine(value)) return 'a text with hidden characters';
  if (path.includes('settings') || path[0] === 'channels' || value.includes('://')) return 'a text';
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
};

/** The schema of what is at a path; of alternatives the one whose `kind` was given. */
const schemaAt = (root: Node, path: Path, given: unknown): Node | undefined => {
  let current: Node | undefined = root;
  path.forEach((step, depth) => {
    current = current && stepInto(chosen(current, valueAt(given, path.slice(0, depth))), step);
  });
  return current && chosen(current, valueAt(given, path));
};

const stepInto = (from: Node, step: PropertyKey): Node | undefined => {
  if (typeof step === 'number') return from.items;
  const alternatives = alternativesOf(from);
  if (alternatives.length === 0) return from.properties?.[String(step)] ?? ofEach(from);
  return { enum: alternatives.map((one) => one.properties?.[String(step)]?.const) };
};

/** What each property of an object may be whose names are free. */
const ofEach = ({ additionalProperties: each }: Node): Node | undefined =>
  typeof each === 'object' ? each : undefined;

const alternativesOf = (from: Node): readonly Node[] => from.oneOf ?? from.anyOf ?? [];

const chosen = (from: Node, value: unknown): Node => {
  const kind = valueAt(value, ['kind']);
  return alternativesOf(from).find((one) => kind !== undefined && one.properties?.kind?.const === kind) ?? from;
};

const allowed = (at: Node): string => {
  const kinds = alternativesOf(at).map((one) => JSON.stringify(one.properties?.kind?.const));
  if (kinds.length > 0) return `an object whose "kind" is ${kinds.join(' or ')}`;
  if (at.enum) return at.enum.map((one) => JSON.stringify(one)).join(' or ');
  if (at.const !== undefined) return JSON.stringify(at.const);
  if (at.type === 'integer' || at.type === 'number')
    return `${at.type === 'integer' ? 'a whole number' : 'a number'}${range(at)}`;
  if (at.type === 'object' && !at.properties && at.description) return `an object: ${at.description}`;
  if (at.type === 'object') return `an object with ${Object.keys(at.properties ?? {}).join(', ') || 'nothing in it'}`;
  if (at.type === 'array') return 'a list';
  if (at.type === 'boolean') return 'true or false';
  return `${at.format === 'uri' ? 'a URL' : 'a text'}${at.description ? `: ${at.description.replace(/\.$/, '')}` : ''}`;
};

const range = ({ minimum, maximum }: Node): string =>
  minimum === undefined
    ? maximum === undefined
      ? ''
      : ` up to ${maximum}`
    : maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
      ? ` from ${minimum}`
      : ` from ${minimum} to ${maximum}`;
