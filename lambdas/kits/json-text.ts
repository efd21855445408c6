/** A token of a text that JSON.parse takes: a string, a mark, or a number or word. */
export const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** Where an object's text under one key stands, `empty` when it has no keys at all; `end` is after its last value. */
type Place = {
  readonly at?: { readonly from: number; readonly to: number };
  readonly end: number;
  readonly isEmpty: boolean;
};

/** `undefined` unless the text is a JSON object that has the key once at most, and with a text. */
const placeOf = (text: string, key: string): Place | undefined => {
  if (!isObject(text)) return undefined;
  let depth = 0;
  let end = 0;
  let name: string | undefined;
  let isEmpty = true;
  const found: RegExpExecArray[] = [];
  let before = '';
  for (const token of text.matchAll(tokens)) {
    const [mark] = token;
    const isValue = depth === 1 && before === ':';
    if (mark === '}' || mark === ']') depth -= 1;
    if (depth === 1 && mark.startsWith('"') && !isValue) name = JSON.parse(mark) as string;
    if (isValue && name === key) found.push(token);
    if (mark === '{' || mark === '[') depth += 1;
    if (depth > 0) {
      end = token.index + mark.length;
      if (end > text.indexOf('{') + 1) isEmpty = false;
    }
    before = mark;
  }
  const [one, other] = found;
  if (other || (one && !one[0].startsWith('"'))) return undefined;
  return { ...(one ? { at: { from: one.index, to: one.index + one[0].length } } : {}), end, isEmpty };
};

const isObject = (text: string): boolean => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
};

/** The text under a key of a JSON object, if it has one; `undefined` for what {@link withTextUnderKey} refuses. */
export const textUnderKey = (json: string, key: string): { readonly text?: string } | undefined => {
  if (json === '') return {};
  const place = placeOf(json, key);
  return place && (place.at ? { text: JSON.parse(json.slice(place.at.from, place.at.to)) as string } : {});
};

/**
 * A JSON object with another text under a key and not a character changed elsewhere: parsing and writing it anew would round
 * numbers, merge keys and order them differently. Without the key it is added as the last one; of nothing an object is made.
 * `undefined` for what cannot be edited so: no object, no text under the key, or the key more than once.
 */
export const withTextUnderKey = (json: string, key: string, text: string): string | undefined => {
  const value = JSON.stringify(text);
  if (json === '') return `{${JSON.stringify(key)}:${value}}`;
  const place = placeOf(json, key);
  if (!place) return undefined;
  const { at, end, isEmpty } = place;
  if (at) return json.slice(0, at.from) + value + json.slice(at.to);
  return `${json.slice(0, end)}${isEmpty ? '' : ','}${JSON.stringify(key)}:${value}${json.slice(end)}`;
};

/** The value of a JSON text; `undefined` when it is none. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
