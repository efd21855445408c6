import type { Page } from './views.ts';

/** The items of a page that exists: a number beyond the last one is the last one. */
export const paged = <Item>(
  items: readonly Item[],
  asked: number,
  pageSize: number,
): { page: Page; items: readonly Item[] } => {
  const pages = Math.max(1, Math.ceil(items.length / pageSize));
  const page = Math.min(Math.max(1, asked), pages);
  return {
    page: { page, pages, pageSize, total: items.length },
    items: items.slice((page - 1) * pageSize, page * pageSize),
  };
};

/** Characters of a filter. */
export const longestFilter = 64;
/** Rows of one page, for whoever asks for more than it usually has: an answer of a function has a limit. */
export const longestPage = 500;
