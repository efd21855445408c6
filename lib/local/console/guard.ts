import type { IncomingMessage } from 'node:http';

/** The largest form: a reason, a few names and the token. */
const maxBodyBytes = 64 * 1024;

/** Why a request is refused: its status, and what to do. */
export type Refusal = { readonly status: 403 | 413 | 415; readonly message: string };

/**
 * Refuses what no page of ours sends. Another Host was rebound to loopback by a web page; another Origin is a web page
 * that posts here; a cross-site request that is no navigation would embed us (Fetch Metadata, `Sec-Fetch-*`).
 */
export const refusalOf = ({ headers, method }: IncomingMessage, port: number): Refusal | undefined => {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host = '', origin, 'sec-fetch-site': site = 'none', 'sec-fetch-mode': mode } = headers;
  if (!hosts.includes(host))
    return { status: 403, message: `This console goes by http://${hosts.join(' or http://')}, and by no other name.` };
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, message: 'Another page may not ask the console.' };
  const isOurs = site === 'same-origin' || site === 'none';
  if (!isOurs && (method !== 'GET' || mode !== 'navigate'))
    return { status: 403, message: 'Another page may not ask the console.' };
  if (method === 'POST' && origin === undefined)
    return { status: 403, message: 'A form is sent with the Origin of its page.' };
  return undefined;
};

/** The fields of a form. The first of two fields with one name counts. */
export const readForm = async (request: IncomingMessage): Promise<URLSearchParams | Refusal> => {
  if (request.headers['content-type']?.split(';')[0] !== 'application/x-www-form-urlencoded')
    return { status: 415, message: 'A form is sent as application/x-www-form-urlencoded.' };
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return { status: 413, message: `A form has at most ${maxBodyBytes} bytes.` };
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
};

/** The value of a cookie, if the browser sent it. */
export const cookieOf = ({ headers }: IncomingMessage, name: string): string | undefined =>
  headers.cookie
    ?.split(/; */)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
