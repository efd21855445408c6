/** As deep as AWS's own parsers read; deeper ones end whoever writes them again by recursion. */
const maxDepth = 1000;

/** The value of a JSON text. Throws a SyntaxError, for one that is nested deeper than AWS reads too. */
export const parseJson = (text: string): unknown => {
  const value: unknown = JSON.parse(text);
  if (isDeep(text)) throw new SyntaxError(`It is nested deeper than ${maxDepth} levels.`);
  return value;
};

/** Of a text that is JSON. */
const isDeep = (text: string): boolean => {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      depth++;
      if (depth > maxDepth) return true;
    } else if (character === '}' || character === ']') depth--;
  }
  return false;
};
