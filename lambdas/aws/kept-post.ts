import { request as askPlain, Agent as PlainAgent } from 'node:http';
import { request as askTls, Agent as TlsAgent } from 'node:https';
import type { Post } from './signed-item-calls.ts';

/** In characters. No answer of DynamoDB has more: an item has at most 400 KB. */
const answerAtMost = 4_000_000;
const idleMs = 60_000;

/** Posts to one address over connections that are kept open from one request to the next. A kept one that DynamoDB has closed meanwhile fails, and the caller tries again. */
export const keptPostTo = ({ protocol, hostname, port }: URL): Post => {
  const isTls = protocol === 'https:';
  const Agent = isTls ? TlsAgent : PlainAgent;
  const ask = isTls ? askTls : askPlain;
  const agent = new Agent({ keepAlive: true, timeout: idleMs });
  const host = hostname.replace(/^\[|\]$/g, '');
  return (headers, body, signal) =>
    new Promise((resolve, reject) => {
      const failed = (error: Error): void =>
        reject(isLost(error) ? Object.assign(error, { name: 'TimeoutError' }) : error);
      const sent = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
      const asked = ask({ method: 'POST', path: '/', host, port, headers: sent, agent }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          text += part;
          if (text.length > answerAtMost) answer.destroy(new Error('The answer is too long.'));
        });
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, date: answer.headers.date }));
      });
      asked.on('error', failed);
      // By hand: the option `signal` of a request costs a third of it.
      signal?.addEventListener('abort', () => asked.destroy(signal.reason), { once: true });
      asked.end(body);
    });
};

/** A connection that ended before the answer; named as the SDK names it. */
const isLost = (error: Error): boolean =>
  'code' in error && ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(String(error.code));
