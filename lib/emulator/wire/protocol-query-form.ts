import { AwsError } from './service.ts';

type Branch = Map<string, Branch | string>;

const MAX_DEPTH = 8;

/**
 * Reads the form of an AWS Query request: dotted names become objects, `member.N` a list, `entry.N` with key (or Name) and value (or Value)
 * a map (smithy.io, "AWS Query protocol": request serialization). Throws `MalformedQueryString` for names that contradict each other.
 */
export const readForm = (form: string): Record<string, unknown> => {
  const root: Branch = new Map();
  for (const [name, value] of new URLSearchParams(form)) insert(root, name.split('.'), value);
  return Object.fromEntries([...root].map(([name, node]) => [name, toValue(node)]));
};

const insert = (root: Branch, path: readonly string[], value: string): void => {
  if (path.length > MAX_DEPTH) throw malformed();
  let branch = root;
  for (const part of path.slice(0, -1)) {
    const next = branch.get(part) ?? new Map();
    if (typeof next === 'string') throw malformed();
    branch.set(part, next);
    branch = next;
  }
  const last = path.at(-1) ?? '';
  if (branch.has(last)) throw malformed();
  branch.set(last, value);
};

const toValue = (node: Branch | string): unknown => {
  if (typeof node === 'string') return node;
  const member = node.get('member');
  if (node.size === 1 && member instanceof Map) return numbered(member).map(toValue);
  const entry = node.get('entry');
  if (node.size === 1 && entry instanceof Map) return Object.fromEntries(numbered(entry).map(toEntry));
  return Object.fromEntries([...node].map(([name, child]) => [name, toValue(child)]));
};

const toEntry = (node: Branch | string): [string, unknown] => {
  if (typeof node === 'string') throw malformed();
  const key = node.get('key') ?? node.get('Name');
  const value = node.get('value') ?? node.get('Value');
  if (typeof key !== 'string' || value === undefined) throw malformed();
  return [key, toValue(value)];
};

const numbered = (list: Branch): (Branch | string)[] =>
  [...list].sort(([a], [b]) => Number(a) - Number(b)).map(([, node]) => node);

const malformed = (): AwsError => new AwsError('MalformedQueryString', 'The query string contains a syntax error.');
