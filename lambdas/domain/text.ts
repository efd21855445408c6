/** How many characters a text of a person may have that the record keeps; the same at every door. */
export const longestText = { reason: 256, actor: 256, owner: 256 } as const;

/** What {@link isPlainLine} asks for, as a sentence says it. */
export const plainLineRule =
  'one line of plain text: no control or direction characters, and no half of a surrogate pair';

/** Control characters but tab and line feed, what changes the direction of the text around it, and other ends of lines. */
const hidden = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;
const hiddenInLines = /[^\P{Cc}\t\n]|[\p{Bidi_Control}\p{Zl}\p{Zp}]/u;

/**
 * Whether a text may be recorded and shown: well-formed Unicode, since signed evidence has no form for anything else
 * (RFC 8785), and nothing in it that a terminal or a page would obey instead of showing.
 */
export const isPlainLine = (text: string): boolean => text.isWellFormed() && !hidden.test(text);

/** The same for a text of several lines, such as instructions. */
export const isPlainText = (text: string): boolean => text.isWellFormed() && !hiddenInLines.test(text);
