import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { listenAt, type Port } from '../wire/held-port.ts';
import type { Keys } from '../wire/keys.ts';
import type { Answer } from '../wire/protocol.ts';
import { type Target, targetOf } from '../wire/request-target.ts';
import { AwsError, type AwsService, type Clock } from '../wire/service.ts';
import { verify, verifySession } from '../wire/sigv4.ts';
import { readClaim } from '../wire/sigv4-claim.ts';
import { type AnswerRequest, type AnswersOptions, answersOf } from './answers.ts';
import { allowedHosts, readBody, refusalOfBrowser } from './guard.ts';
import { type Within, withinOf } from './within.ts';

/** What the endpoint serves, and where. `clock` judges the age of signatures. */
export type EndpointOptions = AnswersOptions & {
  /** A loopback address. */
  readonly address: string;
  readonly port: Port;
  readonly keys: Pick<Keys, 'find'>;
  readonly clock: Clock;
};

/** A listening endpoint; who is in this process goes `within`. `close` resolves when every request by a socket has been answered. */
export type Endpoint = { readonly url: string; readonly port: number; readonly within: Within; close(): Promise<void> };

/** Listens for signed AWS requests. Rejects when the address is not loopback or the port is taken. */
export const startEndpoint = async (options: EndpointOptions): Promise<Endpoint> => {
  const { address, port } = options;
  if (address !== '::1' && !/^127\.\d+\.\d+\.\d+$/.test(address)) {
    throw new Error(`The AWS endpoint serves secrets and listens on loopback only, not on ${address}.`);
  }
  const server = createServer();
  const boundPort = await listenAt(server, address, port);
  const hosts = allowedHosts(address, boundPort);
  const answer = answersOf(options);
  const signed = signedOnly(answer, options);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const target = targetOf(request);
    const headers = { ...request.headers, ...(target ? { host: target.host } : {}) }; // a whole URL names the host, not the header
    const refusal = refusalOfBrowser(headers, hosts);
    if (refusal) response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' }).end(refusal);
    else
      void signed({ request, headers, target: target ? withQuery(target) : '' }).then((made) => write(response, made));
  });

  return {
    url: `http://${isIPv6(address) ? `[${address}]` : address}:${boundPort}`,
    port: boundPort,
    within: withinOf(answer),
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
};

/** A request with the target that it means and the host that it is for (RFC 9112, 3.2.2). */
type Arrived = {
  readonly request: IncomingMessage;
  readonly headers: IncomingMessage['headers'];
  readonly target: string;
};

const withQuery = ({ path, query }: Target): string => (query === '' ? path : `${path}?${query}`);

/** Answers whoever has signed with a key of this machine; a link stands for itself. */
const signedOnly =
  (answer: AnswerRequest, { keys, services, clock }: EndpointOptions) =>
  async ({ request, headers, target }: Arrived): Promise<Answer> => {
    const { method = '' } = request;
    const linked = method === 'GET' ? behindLink(services, target) : undefined;
    if (linked) return linked;
    const head = { method, target, headers };
    return answer(head, async () => {
      const claim = readClaim(headers, clock);
      const key = keys.find(claim.accessKeyId);
      if (!key)
        throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
      const body = await readBody(request);
      await verify({ ...head, body }, claim, key);
      verifySession(headers['x-amz-security-token']?.toString(), key, clock());
      return { callerName: key.callerName, scopeService: claim.service, body };
    });
  };

/** What a service has given out a link to, which stands for a presigned one of S3. */
const behindLink = (services: readonly AwsService[], target: string): Answer | undefined => {
  const body = services.map((service) => service.follow?.(target)).find((found) => found !== undefined);
  return body && { status: 200, headers: { 'content-type': 'application/zip' }, body };
};

const write = (response: ServerResponse, { status, headers, body }: Answer): void => {
  if (response.headersSent) return;
  if (!response.req.complete) response.setHeader('connection', 'close');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.writeHead(status, headers).end(body);
};
