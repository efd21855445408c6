import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the project. */
export const root = join(import.meta.dirname, '../..');

export const readPage = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every page for people, by its path from the project's folder. */
export const pages: readonly string[] = [
  ...globSync('*.md', { cwd: root }),
  ...globSync('docs/*.md', { cwd: root }),
  ...globSync('lambdas/**/*.md', { cwd: root }),
].toSorted();

/** A page without its blocks of code, in which nothing is a link. */
export const proseOf = (text: string): string =>
  text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/^ {4}\S.*$/gm, '');

/** The anchors that GitHub gives a page's headings. */
export const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set(
    [...proseOf(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
      heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );

/** The first block of code of a language below a heading of a page, word by word. Throws when there is none. */
export const blockOf = (text: string, heading: string, language: string): string => {
  const [, below = ''] = text.split(`\n${heading}\n`);
  const [, block] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(below) ?? [];
  if (block === undefined) throw new Error(`Below ${JSON.stringify(heading)} is no block of ${language}.`);
  return block;
};
