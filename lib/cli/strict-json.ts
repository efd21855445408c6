/** A JSON text that two readers could understand differently. */
class AmbiguousJson extends Error {
  override readonly name = 'AmbiguousJson';
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/**
 * The value of a JSON text in which every key stands once and none is `__proto__`: readers differ in which of two they
 * take, and in what that one does, so what was signed could be shown as something else. Throws {@link AmbiguousJson} with the key, and SyntaxError.
 */
export const parseStrictJson = (text: string): unknown => {
  const value: unknown = JSON.parse(text);
  const open: (Set<string> | undefined)[] = []; // the keys of each object around; undefined for an array
  let before = '';
  for (const [one] of text.matchAll(token)) {
    const keys = open.at(-1);
    if (one === '{') open.push(new Set());
    else if (one === '[') open.push(undefined);
    else if (one === '}' || one === ']') open.pop();
    else if (keys && one.startsWith('"') && (before === '{' || before === ',')) refuseAgain(keys, JSON.parse(one));
    before = one;
  }
  return value;
};

const refuseAgain = (keys: Set<string>, key: string): void => {
  if (keys.has(key)) throw new AmbiguousJson(`The key ${JSON.stringify(key)} stands twice in one object.`);
  if (key === '__proto__') throw new AmbiguousJson('An object has the key "__proto__".');
  keys.add(key);
};
