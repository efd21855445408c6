const afterSpace = (text: string, from: number): number => {
  let at = from;
  while (' \t\n\r'.includes(text.charAt(at))) at += 1;
  return at;
};

/** Where the text that begins at `from` with a quotation mark ends: after the next one with an even number of backslashes before it. */
const endOfText = (json: string, from: number): number => {
  for (let quote = json.indexOf('"', from + 1); ; quote = json.indexOf('"', quote + 1)) {
    let before = quote;
    while (json[before - 1] === '\\') before -= 1;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
};

const endOfValue = (json: string, from: number): number => {
  let depth = 0;
  for (let at = from; ; ) {
    const sign = json.charAt(at);
    if (sign === '"') at = endOfText(json, at);
    else {
      if (sign === '{' || sign === '[') depth += 1;
      if (depth > 0 && (sign === '}' || sign === ']')) depth -= 1;
      else if (depth === 0 && ',}'.includes(sign)) return at; // a number or word ends where the object goes on
      at += 1;
    }
    if (depth === 0 && '"}]'.includes(json.charAt(at - 1))) return at;
  }
};

/**
 * The members of a JSON object, each by its name with the text of its value as it was written: so that a value can be passed
 * on without being written anew. Of a name that comes twice the last one counts, as JSON.parse has it. Takes only what
 * JSON.parse has taken for an object.
 */
export const membersOf = (json: string): ReadonlyMap<string, string> => {
  const members = new Map<string, string>();
  for (let at = afterSpace(json, json.indexOf('{') + 1); json[at] !== '}'; at = afterSpace(json, at)) {
    const end = endOfText(json, at);
    const name: unknown = JSON.parse(json.slice(at, end));
    const from = afterSpace(json, json.indexOf(':', end) + 1);
    at = endOfValue(json, from);
    members.set(String(name), json.slice(from, at).trimEnd());
    at = afterSpace(json, at);
    if (json[at] === ',') at += 1;
  }
  return members;
};
