import type { Answered, Asked } from '../loopback-server.ts';
import { problem } from './problem.ts';
import { originOf } from './world.ts';

const longest = 1000;

/** One page in HAL: `_embedded` under the collection's name, `count` of all, `size` of the page, `_links.next` while there is more. */
export const page = (asked: Asked, name: string, all: readonly object[], usual: number): Answered => {
  const limit = Number(asked.url.searchParams.get('limit') ?? usual);
  const cursor = asked.url.searchParams.get('cursor');
  const start = cursor === null ? 0 : Number(/^at:(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]);
  if (!Number.isInteger(limit) || limit < 1 || limit > longest) return wrong('limit');
  if (!Number.isInteger(start)) return wrong('cursor');
  const items = all.slice(start, start + limit);
  const here = `${originOf(asked)}${asked.url.pathname}`;
  const next = Buffer.from(`at:${start + limit}`).toString('base64url');
  const links = {
    self: { href: here },
    ...(start + limit < all.length ? { next: { href: `${here}?limit=${limit}&cursor=${next}` } } : {}),
  };
  return {
    status: 200,
    json: { _links: links, _embedded: { [name]: items }, count: all.length, size: items.length },
  };
};

const wrong = (target: string): Answered =>
  problem(400, 'INVALID_DATA', 'The request could not be completed. A query parameter is invalid.', {
    details: [{ code: 'INVALID_VALUE', target, message: 'out of range or not one that was given out' }],
  });
