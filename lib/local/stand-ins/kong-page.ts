import type { Answered } from './loopback-server.ts';

/** A page of entities as Kong and Konnect answer it: `data`, and `offset` and `next` while there are more; 400 for a wrong size or offset. */
export const pageOf = (what: string, all: readonly object[], query: URLSearchParams): Answered => {
  const size = Number(query.get('size') ?? 100);
  if (!Number.isInteger(size) || size < 1 || size > 1000)
    return {
      status: 400,
      json: { code: 9, name: 'invalid size', message: 'size must be an integer between 1 and 1000' },
    };
  const given = query.get('offset');
  const start =
    given === null ? 0 : Number(/^at:(\d+)$/.exec(Buffer.from(given, 'base64').toString())?.[1] ?? Number.NaN);
  if (!Number.isInteger(start))
    return { status: 400, json: { code: 7, name: 'invalid offset', message: 'bad offset string' } };
  const end = start + size;
  const offset = end < all.length ? Buffer.from(`at:${end}`).toString('base64') : undefined;
  const next = offset ? `/${what}?offset=${encodeURIComponent(offset)}&size=${size}` : null;
  return { status: 200, json: { data: all.slice(start, end), ...(offset ? { offset } : {}), next } };
};
