import type { IncomingMessage } from 'node:http';

/** What a request asks for, and at which host. */
export type Target = { readonly path: string; readonly query: string; readonly host: string };

const absolute = /^https?:\/\/([^/?#]*)/i;

/**
 * Reads the request target: a path, or a whole URL, whose host then counts instead of the Host header (RFC 9112, 3.2.2).
 * `undefined` for what is neither, and for a request of HTTP/1.1 without Host, which is no request.
 */
export const targetOf = ({ url = '', headers, httpVersion }: IncomingMessage): Target | undefined => {
  if (headers.host === undefined && httpVersion === '1.1') return undefined;
  const [whole, authority] = absolute.exec(url) ?? [];
  const rest = whole === undefined ? url : url.slice(whole.length);
  const asked = whole === undefined || rest.startsWith('/') ? rest : `/${rest}`;
  if (!asked.startsWith('/') && asked !== '*') return undefined;
  const [path = '', ...queries] = asked.split('?');
  return { path, query: queries.join('?'), host: authority ?? headers.host ?? 'localhost' };
};
