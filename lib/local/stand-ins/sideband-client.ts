import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import { createServer } from 'node:net';

type Reply = { readonly status: number; readonly retryAfter: string | undefined; readonly text: string };

/** Posts JSON to one policy check from one source address, over connections that it keeps. */
export type SidebandClient = {
  readonly address: string;
  /** Rejects when there is no complete answer within 10 s (the default of the Kong plugin). */
  post(path: string, credential: string, body: unknown): Promise<Reply>;
  close(): void;
};

const timeoutMs = 10_000;

/** Sends from `localAddress`; where the system has no such address (macOS has only 127.0.0.1), from 127.0.0.1. */
export const openSidebandClient = async (serviceUrl: string, localAddress: string): Promise<SidebandClient> => {
  const base = new URL(serviceUrl);
  const isTls = base.protocol === 'https:';
  const address = (await canBind(localAddress)) ? localAddress : '127.0.0.1';
  const agent = isTls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  return {
    address,
    post: async (path, credential, body) => {
      const text = JSON.stringify(body);
      const headers = {
        'client-token': credential,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
        'user-agent': 'Kong/1.2.0',
      };
      const send = isTls ? httpsRequest : httpRequest;
      const request = send(`${serviceUrl.replace(/\/+$/, '')}${path}`, {
        method: 'POST',
        agent,
        headers,
        localAddress: address,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answered = new Promise<IncomingMessage>((resolve, reject) => {
        request.once('response', resolve);
        request.on('error', reject);
      });
      request.end(text);
      const response = await answered;
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const retryAfter = response.headers['retry-after'];
      return { status: response.statusCode ?? 0, retryAfter, text: Buffer.concat(chunks).toString('utf8') };
    },
    close: () => agent.destroy(),
  };
};

const canBind = async (address: string): Promise<boolean> => {
  const server = createServer();
  try {
    server.listen(0, address);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
};
