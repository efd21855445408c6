import { callLibraryIntrinsic, type Json, readPath, type Scope } from './paths.ts';
import { StateError } from './state-error.ts';

/** An intrinsic call that was parsed. A text keeps its escapes until it is used: States.Format needs them. */
type Expression =
  | { readonly kind: 'text'; readonly raw: string }
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

const failed = (causeText: string) => new StateError('States.IntrinsicFailure', causeText);
const withoutEscapes = (raw: string) => raw.replaceAll(/\\(.)/gs, '$1');

/** Right in aws-local-stepfunctions when their arguments arrive evaluated. */
const libraryFunctions = new Set(
  [
    'Array',
    'ArrayPartition',
    'ArrayContains',
    'ArrayRange',
    'ArrayLength',
    'ArrayUnique',
    'Hash',
    'MathAdd',
    'UUID',
  ].map((name) => `States.${name}`),
);

const text = (name: string, value: Json | undefined): string => {
  if (typeof value !== 'string') throw failed(`${name} expects a string, but received ${JSON.stringify(value)}.`);
  return value;
};

/** Ours where the library's are wrong: they strip every backslash, encode Latin-1 only, split at whole separators, or answer null. */
const ownFunctions: Record<string, (args: readonly Json[]) => Json> = {
  'States.JsonToString': ([value]) => JSON.stringify(value ?? null),
  'States.StringToJson': ([value]) => {
    try {
      return JSON.parse(text('States.StringToJson', value));
    } catch {
      throw failed('States.StringToJson received a text that is not JSON.');
    }
  },
  'States.Base64Encode': ([value]) => Buffer.from(text('States.Base64Encode', value)).toString('base64'),
  'States.Base64Decode': ([value]) => Buffer.from(text('States.Base64Decode', value), 'base64').toString(),
  'States.StringSplit': ([value, separators]) => {
    const characters = new Set(text('States.StringSplit', separators));
    const pieces = [''];
    for (const character of text('States.StringSplit', value)) {
      if (characters.has(character)) pieces.push('');
      else pieces[pieces.length - 1] += character;
    }
    return pieces.filter((piece) => piece !== '');
  },
  'States.ArrayGetItem': ([array, index]) => {
    const item = Array.isArray(array) && typeof index === 'number' ? array[index] : undefined;
    if (item === undefined) throw failed(`States.ArrayGetItem found nothing at index ${JSON.stringify(index)}.`);
    return item;
  },
};

const tokens =
  /\s*(?:'((?:[^'\\]|\\.)*)'|(-?\d+(?:\.\d+)?)|(true|false|null)|(\$(?:\[(?:'[^']*'|"[^"]*"|[^\]])*\]|[^,()\s[])*)|(States\.\w+)\()\s*/sy;

/** Parses `States.Name(argument, …)`. Throws when it is not one, or names a function that is not emulated. */
export const parseIntrinsic = (source: string): Expression => {
  let at = 0;
  const expression = (): Expression => {
    tokens.lastIndex = at;
    const token = tokens.exec(source);
    if (token === null) throw failed(`The intrinsic function ${source} cannot be read at position ${at}.`);
    at = tokens.lastIndex;
    const [, raw, number, word, path, name] = token;
    if (raw !== undefined) return { kind: 'text', raw };
    if (path !== undefined) return { kind: 'path', path };
    if (name === undefined) return { kind: 'value', value: JSON.parse(number ?? word ?? 'null') };
    if (name !== 'States.Format' && !libraryFunctions.has(name) && ownFunctions[name] === undefined) {
      throw failed(`The intrinsic function ${name} is not emulated on this machine.`);
    }
    return { kind: 'call', name, args: callArguments() };
  };
  const callArguments = (): Expression[] => {
    const args: Expression[] = [];
    while (source[at] !== ')') {
      args.push(expression());
      if (source[at] === ',') at += 1;
      else if (source[at] !== ')')
        throw failed(`The intrinsic function ${source} lacks a comma or ) at position ${at}.`);
    }
    at += 1;
    while (source[at] === ' ') at += 1;
    return args;
  };
  const parsed = expression();
  if (at === source.length && parsed.kind === 'call') return parsed;
  throw failed(`${source} is not an intrinsic function.`);
};

const asText = (value: Json) => (typeof value === 'string' ? value : JSON.stringify(value));

const format = (template: Expression | undefined, filled: string, values: readonly Json[]): string => {
  const raw = template?.kind === 'text' ? template.raw : filled.replaceAll('\\', '\\\\');
  let used = 0;
  const result = raw.replaceAll(/\\(.)|\{\}/gs, (_, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    const value = values[used++];
    return value === undefined ? '' : asText(value);
  });
  if (used === values.length) return result;
  throw failed(`States.Format has ${used} places {} for ${values.length} values.`);
};

/** The value of a parsed expression. Throws States.IntrinsicFailure, or States.Runtime for a path that points to nothing. */
const evaluateExpression = async (expression: Expression, scope: Scope): Promise<Json> => {
  if (expression.kind === 'text') return withoutEscapes(expression.raw);
  if (expression.kind === 'value') return expression.value;
  if (expression.kind === 'path') return readPath(expression.path, scope);
  const { name, args } = expression;
  const values = await Promise.all(args.map((arg) => evaluateExpression(arg, scope)));
  if (name === 'States.Format') return format(args[0], text(name, values[0]), values.slice(1));
  const own = ownFunctions[name];
  if (own !== undefined) return own(values);
  try {
    return await callLibraryIntrinsic(name, values);
  } catch (error) {
    throw error instanceof StateError ? failed(error.message) : error;
  }
};

/** Fills a payload template (Parameters, ItemSelector, ResultSelector): every `name.$` becomes `name` with the value it asks for. */
export const fillTemplate = async (template: Json, scope: Scope): Promise<Json> => {
  if (Array.isArray(template)) return Promise.all(template.map((item) => fillTemplate(item, scope)));
  if (typeof template !== 'object' || template === null) return template;
  const entries = Object.entries(template).map(async ([key, value]) => {
    if (!key.endsWith('.$') || typeof value !== 'string') return [key, await fillTemplate(value, scope)];
    const filled = value.startsWith('$') ? readPath(value, scope) : evaluateExpression(parseIntrinsic(value), scope);
    return [key.slice(0, -2), await filled];
  });
  return Object.fromEntries(await Promise.all(entries));
};
