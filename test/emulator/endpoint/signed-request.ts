import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';
import type { AccessKey } from '../../../lib/emulator/wire/keys.ts';

/** A request signed by hand after AWS's description of Signature Version 4, with the parts that a test bends. */
export type ByHand = {
  readonly url: string;
  readonly key: AccessKey;
  readonly atMs: number;
  readonly service: string;
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly path?: string;
  /** As it is sent: each value percent-encoded. */
  readonly query?: string;
  /** The request target, when it is not the path with the query. */
  readonly requestTarget?: string;
  /** What is sent instead of the body that was signed. */
  readonly sentBody?: string;
  /** Headers that are sent but not signed. */
  readonly unsigned?: Record<string, string>;
};

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** The headers of a signed request, `authorization` among them. */
const sign = ({ url, key, atMs, service, body, headers, path = '/', query = '' }: ByHand): Record<string, string> => {
  const stamp = new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${stamp.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const signed: Record<string, string> = { ...headers, host: new URL(url).host, 'x-amz-date': stamp };
  const names = Object.keys(signed).sort();
  const canonical = [
    'POST',
    path.split('/').map(encodeURIComponent).join('/'), // a path is encoded once more for the signature of all services but S3
    query,
    ...names.map((name) => `${name}:${signed[name]}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'] ?? hash(body),
  ];
  const keys = [...scope.split('/')].reduce<string | Buffer>(
    (from, part) => hmac(from, part),
    `AWS4${key.secretAccessKey}`,
  );
  const signature = hmac(keys, ['AWS4-HMAC-SHA256', stamp, scope, hash(canonical.join('\n'))].join('\n')).toString(
    'hex',
  );
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...signed, authorization };
};

/** Sends it and resolves with status, headers and body. */
export const send = (byHand: ByHand): Promise<{ status: number; headers: Record<string, unknown>; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(byHand.url);
    const headers = { ...sign(byHand), ...byHand.unsigned };
    const { path = '/', query = '', requestTarget = query ? `${path}?${query}` : path } = byHand;
    const outgoing = request({ hostname, port, method: 'POST', path: requestTarget, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(byHand.sentBody ?? byHand.body);
  });
