const voids = new Set(['input', 'br', 'meta', 'link', 'img', 'hr']);
const attribute = String.raw`\s+[a-zA-Z][\w-]*(?:="[^"<>]*")?`;
const tag = new RegExp(`<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:${attribute})*)\\s*(/?)>`, 'y');

/** The elements of a piece of HTML in their order, each with its attributes as text. Throws at whatever is not well-formed: a stray "<", an attribute without quotes, an element that is not closed. */
export const elementsOf = (text: string): readonly { readonly name: string; readonly attributes: string }[] => {
  const found: { name: string; attributes: string }[] = [];
  const open: string[] = [];
  let index = 0;
  while (index < text.length) {
    if (text[index] !== '<') {
      index += 1;
      continue;
    }
    tag.lastIndex = index;
    const match = tag.exec(text);
    if (!match) throw new Error(`Not a tag: ${text.slice(index, index + 80)}`);
    const [whole, end, name = '', attributes = '', selfClosed] = match;
    index += whole.length;
    if (end) {
      const expected = open.pop();
      if (expected !== name) throw new Error(`</${name}> closes <${expected}>: ${text.slice(index - 80, index)}`);
      continue;
    }
    found.push({ name, attributes });
    if (name === 'style') index = text.indexOf('</style>', index) + '</style>'.length;
    else if (!selfClosed && !voids.has(name)) open.push(name);
  }
  if (open.length > 0) throw new Error(`Not closed: ${open.join(', ')}`);
  return found;
};
