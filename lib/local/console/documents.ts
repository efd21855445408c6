import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import { Marked } from 'marked';
import { isPackage } from '../../own-files.ts';

const folder = join(import.meta.dirname, isPackage ? '../../../..' : '../../..', 'docs');

/** Where a link of one document to another leads, such as `kits.md#when-a-kit-is-late`; no other place of the project is a page here. */
const isShown = (href: string): boolean => /^(?:[a-z-]+\.md)?(?:#.*)?$/.test(href) || /^https:\/\//.test(href);

/** A document as it is shown: its first heading, and its HTML. */
export type Document = { readonly title: string; readonly html: string };

/**
 * A page of the documents, with the anchors that links to its headings name; `undefined` when there is none of that name. Only
 * files of this project are read, so what stands in them is trusted; pictures are words, as nothing may be loaded.
 */
export const documentOf = (name: string): Document | undefined => {
  const path = join(folder, `${name}.md`);
  if (!/^[a-z-]+$/.test(name) || !existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const slugs = new GithubSlugger();
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text: heading }) {
        const anchor = slugs.slug(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', ''));
        return `<h${depth} id="${anchor}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const inside = this.parser.parseInline(tokens);
        return isShown(href) ? `<a href="${href.replaceAll('"', '&quot;')}">${inside}</a>` : inside;
      },
      tablecell({ tokens, header }) {
        const name = header && tokens.length > 0 ? 'th' : 'td'; // a heading that says nothing is none
        return `<${name}>${this.parser.parseInline(tokens)}</${name}>`;
      },
      image: ({ text: words }) => words,
    },
  });
  const title = /^# (.+)$/m.exec(text)?.[1] ?? name;
  return { title, html: marked.parse(text, { async: false }) };
};
