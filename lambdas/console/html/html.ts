/** Markup that was made by {@link html}: the only thing that is inserted as it is. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: markup, a list of it, a text or number that is escaped, or nothing. */
export type Insert = Markup | readonly Insert[] | string | number | undefined;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters and those that turn the direction of text: a name must not change how what stands beside it reads. Joiners stay: emoji are made of them. */
const invisible = /(?![\t\n\r\u200c\u200d])[\p{Cc}\p{Cf}]/gu;

const textOf = (insert: Insert): string => {
  if (insert === undefined) return '';
  if (insert instanceof Markup) return insert.text;
  if (typeof insert === 'object') return insert.map(textOf).join('');
  return String(insert)
    .replace(invisible, '\ufffd')
    .replace(/[&<>"']/g, (character) => escapes[character] ?? '');
};

/**
 * Escaping by construction: every text between and within quoted attributes is escaped, and only another `html` value is
 * not. Attributes must be quoted; nothing may be inserted into a tag's name, a script or a style.
 */
export const html = (parts: TemplateStringsArray, ...inserts: readonly Insert[]): Markup =>
  new Markup(parts.reduce((text, part, index) => text + textOf(inserts[index - 1]) + part));
