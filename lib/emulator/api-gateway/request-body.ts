import type { IncomingMessage } from 'node:http';

/** API Gateway's own limit of a body. */
const bodyLimitBytes = 10 * 1024 * 1024;

/** Whether a request says that its body is larger than API Gateway takes. */
export const announcesTooMuch = ({ headers }: IncomingMessage): boolean =>
  Number(headers['content-length'] ?? 0) > bodyLimitBytes;

/**
 * The whole body; `undefined` as soon as it is larger than API Gateway takes: the rest is read and dropped, so that the
 * client comes to reading the answer. Rejects when the client goes away before its end.
 */
export const bodyOf = (request: IncomingMessage): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const take = (part: Buffer): void => {
      bytes += part.length;
      parts.push(part);
      if (bytes <= bodyLimitBytes) return;
      parts.length = 0;
      request.off('data', take).resume();
      resolve(undefined);
    };
    request.on('data', take);
    request.once('end', () => resolve(parts.length === 1 ? parts[0] : Buffer.concat(parts)));
    request.once('error', reject);
    request.once('close', () => {
      if (!request.readableEnded) reject(new Error('The client went away while it sent its body.'));
    });
  });
