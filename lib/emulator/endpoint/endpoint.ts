import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import type { DynamoDb } from '../dynamodb/dynamodb.ts';
import { lambdaUrlProtocol } from '../lambda/function-url.ts';
import { listenAt, type Port } from '../wire/held-port.ts';
import type { Keys } from '../wire/keys.ts';
import type { Answer, Protocol } from '../wire/protocol.ts';
import { jsonProtocol, readJsonObject } from '../wire/protocol-json.ts';
import { queryProtocol } from '../wire/protocol-query.ts';
import { restJsonProtocol } from '../wire/protocol-rest-json.ts';
import { restXmlProtocol } from '../wire/protocol-rest-xml.ts';
import { type Target, targetOf } from '../wire/request-target.ts';
import { AwsError, type AwsService, type Caller, type Clock, unknownOperation } from '../wire/service.ts';
import { verify, verifySession } from '../wire/sigv4.ts';
import { readClaim } from '../wire/sigv4-claim.ts';
import { allowedHosts, readBody, refusalOfBrowser } from './guard.ts';

/** What the endpoint serves, and where. `clock` judges the age of signatures. */
export type EndpointOptions = {
  /** A loopback address. */
  readonly address: string;
  readonly port: Port;
  readonly keys: Pick<Keys, 'find'>;
  readonly dynamoDb: DynamoDb;
  readonly services: readonly AwsService[];
  readonly clock: Clock;
  /** Asked before every call; throws AWS's refusal of one that the caller may not make. */
  readonly checkAccess: CheckAccess;
  /** Who a caller is to IAM: what the function behind a function URL is told. */
  readonly arnOf: (callerName: string) => string;
  /** Told of every call that was answered. */
  readonly onCall?: ((call: AnsweredCall) => void) | undefined;
};

/** A call that was answered: by whom, of what, and how much went over the wire, in bytes. */
export type AnsweredCall = {
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
};

/** Resolves when the caller may make this call of a service; throws `AwsError` otherwise. */
export type CheckAccess = (
  caller: Caller,
  service: string,
  operation: string,
  input: Record<string, unknown>,
) => Promise<void>;

/** A listening endpoint. `close` resolves when every request under way has been answered. */
export type Endpoint = { readonly url: string; readonly port: number; close(): Promise<void> };

/** Listens for signed AWS requests. Rejects when the address is not loopback or the port is taken. */
export const startEndpoint = async (options: EndpointOptions): Promise<Endpoint> => {
  const { address, port } = options;
  if (address !== '::1' && !/^127\.\d+\.\d+\.\d+$/.test(address)) {
    throw new Error(`The AWS endpoint serves secrets and listens on loopback only, not on ${address}.`);
  }
  const server = createServer();
  const boundPort = await listenAt(server, address, port);
  const hosts = allowedHosts(address, boundPort);
  const answer = createAnswer(options);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const target = targetOf(request);
    const headers = { ...request.headers, ...(target ? { host: target.host } : {}) }; // a whole URL names the host, not the header
    const refusal = refusalOfBrowser(headers, hosts);
    if (refusal) response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' }).end(refusal);
    else void answer({ request, headers, target: target ? withQuery(target) : '' }, response);
  });

  return {
    url: `http://${isIPv6(address) ? `[${address}]` : address}:${boundPort}`,
    port: boundPort,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
};

/** The same service, for callers that may call it. */
const guarded = ({ signingName, call }: AwsService, checkAccess: CheckAccess): AwsService => ({
  signingName,
  call: async (operation, input, caller) => {
    await checkAccess(caller, signingName, operation, input);
    return call(operation, input, caller);
  },
});

/** A request with the target that it means and the host that it is for (RFC 9112, 3.2.2). */
type Arrived = {
  readonly request: IncomingMessage;
  readonly headers: IncomingMessage['headers'];
  readonly target: string;
};

const withQuery = ({ path, query }: Target): string => (query === '' ? path : `${path}?${query}`);

const createAnswer = ({ keys, dynamoDb, services, clock, checkAccess, arnOf, onCall }: EndpointOptions) => {
  const protocolOf = protocolsWith(lambdaUrlProtocol(arnOf));
  const byName = new Map(services.map((service) => [service.signingName, guarded(service, checkAccess)]));

  return async ({ request, headers, target }: Arrived, response: ServerResponse): Promise<void> => {
    const { method = '' } = request;
    const protocol = protocolOf(headers, target);
    const requestId = randomUUID();
    const linked = method === 'GET' ? behindLink(services, target) : undefined;
    if (linked) return write(response, linked, requestId);
    try {
      const claim = readClaim(headers, clock);
      const key = keys.find(claim.accessKeyId);
      if (!key)
        throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
      const received = { method, target, headers, body: await readBody(request) };
      await verify(received, claim, key);
      verifySession(headers['x-amz-security-token']?.toString(), key, clock());
      const asked = protocol.serviceAsked(received, claim.service);
      if (!asked) throw unknownOperation('The operation asked for');
      if (asked !== claim.service) {
        throw new AwsError('InvalidSignatureException', `Credential should be scoped to correct service: '${asked}'.`);
      }
      const call = { caller: key.callerName, service: asked, operation: protocol.operationAsked(received) };
      response.once('finish', () =>
        onCall?.({
          ...call,
          requestBytes: received.body.length,
          responseBytes: Number(response.getHeader('content-length') ?? 0),
        }),
      );
      const caller = { name: key.callerName };
      if (asked === 'dynamodb') {
        await checkAccess(caller, asked, call.operation, readJsonObject(received.body));
        return dynamoDb.answer(received, response);
      }
      const service = byName.get(asked);
      if (!service) throw unknownOperation(`The service ${asked}`);
      write(response, await protocol.call(service, received, caller, requestId), requestId);
    } catch (error) {
      write(response, protocol.refuse(toAwsError(error), requestId), requestId);
    }
  };
};

/** What a service has given out a link to, which stands for a presigned one of S3. */
const behindLink = (services: readonly AwsService[], target: string): Answer | undefined => {
  const body = services.map((service) => service.follow?.(target)).find((found) => found !== undefined);
  return body && { status: 200, headers: { 'content-type': 'application/zip' }, body };
};

const protocolsWith =
  (lambdaUrls: Protocol) =>
  (headers: IncomingMessage['headers'], target: string): Protocol => {
    if (lambdaUrls.serviceAsked({ headers, target }, 'lambda')) return lambdaUrls;
    if (target.startsWith('/2015-03-31/')) return restJsonProtocol;
    if (target.startsWith('/2020-05-31/')) return restXmlProtocol;
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    return isForm && !headers['x-amz-target'] ? queryProtocol : jsonProtocol;
  };

/** What a service throws without meaning to may hold a secret: nothing of it is passed on. */
const toAwsError = (error: unknown): AwsError =>
  error instanceof AwsError ? error : new AwsError('InternalFailure', 'An internal error occurred.', 500);

const write = (response: ServerResponse, { status, headers, body }: Answer, requestId: string): void => {
  if (response.headersSent) return;
  if (!response.req.complete) response.setHeader('connection', 'close');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.writeHead(status, { ...headers, 'x-amzn-requestid': requestId }).end(body);
};
