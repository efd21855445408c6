import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { AwsError } from '../wire/service.ts';

/** The largest request of any emulated service: DynamoDB's 16 MiB for a batch. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** The `Host` headers under which the endpoint is itself; anything else was sent by a web page whose name was rebound to loopback. */
export const allowedHosts = (address: string, port: number): ReadonlySet<string> =>
  new Set([`${isIPv6(address) ? `[${address}]` : address}:${port}`, `localhost:${port}`]);

/** Why a request that only a browser sends is refused; undefined for everything else. */
export const refusalOfBrowser = (headers: IncomingHttpHeaders, hosts: ReadonlySet<string>): string | undefined => {
  if (headers.origin !== undefined) return 'This endpoint does not serve web pages.\n';
  if (!headers.host || !hosts.has(headers.host)) return 'This endpoint does not go by that Host.\n';
  return undefined;
};

/** The whole body. Throws `RequestEntityTooLargeException` (413) beyond `MAX_BODY_BYTES`, and then reads no more of it. */
export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks);
};

const tooLarge = (): AwsError =>
  new AwsError('RequestEntityTooLargeException', `A request is at most ${MAX_BODY_BYTES} bytes.`, 413);
