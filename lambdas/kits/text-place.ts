import { jsonIn, tokens } from './json-text.ts';

/** Where a value stands in a text, `from` its first character `to` the one behind it, and as what it is read and written. */
export type TextPlace = {
  readonly from: number;
  readonly to: number;
  readonly held: string;
  /** The characters that stand there for a value; `undefined` when it cannot stand there. */
  written(value: string): string | undefined;
};

/** The text with another value in this place, and not a character changed elsewhere; `undefined` when it cannot stand there. */
export const withValue = (text: string, { from, to, written }: TextPlace, value: string): string | undefined => {
  const characters = written(value);
  return characters === undefined ? undefined : text.slice(0, from) + characters + text.slice(to);
};

type Level = { readonly isList: boolean; name: string; isName: boolean };
const escaped = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/**
 * The text that a JSON pointer (RFC 6901) names in a JSON document; `undefined` when there is none, when it is no text, or
 * when more than one place could be meant, because a key is there twice.
 */
export const placeAtPointer = (json: string, pointer: string): TextPlace | undefined => {
  const document = jsonIn(json);
  const levels: Level[] = [];
  const found: RegExpExecArray[] = [];
  for (const token of json.matchAll(tokens)) {
    const [mark] = token;
    const level = levels.at(-1);
    if (mark === ':') continue;
    if (mark === '}' || mark === ']') levels.pop();
    else if (mark === ',' && level) {
      level.name = level.isList ? `${Number(level.name) + 1}` : '';
      level.isName = !level.isList;
    } else if (level?.isName) {
      level.name = String(jsonIn(mark));
      level.isName = false;
    } else {
      if (levels.map(({ name }) => escaped(name)).join('') === pointer) found.push(token);
      if (mark === '{' || mark === '[') levels.push({ isList: mark === '[', name: '0', isName: mark === '{' });
    }
  }
  const [one, other] = found;
  const held = one && jsonIn(one[0]);
  if (!one || other || typeof held !== 'string' || held !== valueAt(document, pointer)) return undefined;
  return { from: one.index, to: one.index + one[0].length, held, written: JSON.stringify };
};

/** What JSON.parse has there, which takes the last of several keys. */
const valueAt = (document: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (at, name) =>
        typeof at === 'object' && at !== null ? Object.entries(at).find(([key]) => key === name)?.[1] : undefined,
      document,
    );

/** What can stand in a line as it is, whatever reads it. */
const plain = /^[A-Za-z0-9._~+/-]+$/;

/** Files in which a text needs no quotes; in a program it would be a name or a call. */
const isOfLines = (path: string): boolean => /(^|\/)\.env[^/]*$|\.(env|properties|conf|ini|txt)$/.test(path);

/**
 * The text that is given to a name in a file: `NAME = "text"` or `NAME: 'text'`, and `NAME=text` where the path is one of a
 * file of such lines. `undefined` when there is no such place outside of comments, more than one, or one whose text is not
 * plain.
 */
export const placeAfterName = (text: string, name: string, path: string): TextPlace | undefined => {
  const quoted = new RegExp(`(?<![\\w$])["']?${name}["']?[ \\t]*[:=][ \\t]*(["'\`])`, 'g');
  const bare = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*(?=[^\\s"'\`=])`, 'gm');
  const places = [
    ...Array.from(text.matchAll(quoted), (match) => ({ match, ends: match[1] ?? '' })),
    ...(isOfLines(path) ? Array.from(text.matchAll(bare), (match) => ({ match, ends: '' })) : []),
  ].filter(({ match }) => !isComment(text, match.index));
  const [one, other] = places;
  if (!one || other) return undefined;
  const from = one.match.index + one.match[0].length;
  const to = one.ends === '' ? endOfLine(text, from) : text.indexOf(one.ends, from);
  const held = to < 0 ? undefined : text.slice(from, to).trimEnd();
  if (held === undefined || !(held === '' || plain.test(held))) return undefined;
  if (one.ends !== '' && /^\s*[+.[(%]/.test(text.slice(to + 1))) return undefined; // it is a part of something
  return { from, to: from + held.length, held, written: (value) => (plain.test(value) ? value : undefined) };
};

const endOfLine = (text: string, from: number): number => {
  const end = text.slice(from).search(/\r?\n/);
  return end < 0 ? text.length : from + end;
};

/** Whether a comment begins before it in its line, or its line is one of a comment in stars. */
const isComment = (text: string, index: number): boolean =>
  /^[ \t]*(#|\*|\/\*)|(^|[\s;,{}])\/\//.test(text.slice(text.lastIndexOf('\n', index) + 1, index));
