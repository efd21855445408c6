import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { z } from 'zod';
import type { Template } from '../cloudformation/template.ts';
import { type AuthorizerVerdict, evaluate } from './authorizer-policy.ts';
import { apiIn, routeOf } from './declared-api.ts';
import {
  type Arrival,
  authorizerArnOf,
  authorizerEvent,
  methodArnOf,
  proxyEvent,
  type RequestContext,
  resourceArnOf,
} from './event.ts';
import { type AnswerType, gatewayAnswer, type Reply } from './gateway-responses.ts';
import { throttle } from './throttle.ts';
import { TookTooLong, withinMs } from './time-limit.ts';

export type PolicyCheckServerOptions = {
  /** The synthesised template: routes, authorizer, gateway responses and throttling are those of its REST API. */
  readonly template: Template;
  /**
   * Calls the function with this logical id in the template, in the name of an authorizer or method; resolves with its
   * result, rejects with its error, and with `NotPermitted` when the function's policy does not let API Gateway.
   */
  readonly invoke: (logicalId: string, event: unknown, sourceArn: string) => Promise<unknown>;
  readonly address: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  readonly region: string;
  readonly accountId: string;
  readonly now: () => number;
};

/** A running policy check; kits append `/gateways/…` to `url`. `close` lets requests under way finish for up to 5 s. */
export type PolicyCheckServer = { readonly url: string; close(): Promise<void> };

/** API Gateway may not invoke a function: its policy does not say so. */
export class NotPermitted extends Error {
  override readonly name = 'NotPermitted';
}

const bodyLimitBytes = 10 * 1024 * 1024; // API Gateway's payload limit
const authorizerLimitMs = 29_000;
/** Kong keeps its connections for 60 s: closing them earlier than it does would lose requests. */
const keepAliveMs = 75_000;

const integrationForm = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(z.string())).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** The whole body; `undefined` when it is larger than API Gateway takes (then it was read to its end and dropped). */
const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes <= bodyLimitBytes) parts.push(part);
    else parts.length = 0;
  }
  return bytes > bodyLimitBytes ? undefined : Buffer.concat(parts).toString();
};

const write = (response: ServerResponse, { status, headers, body }: Reply, requestId: string): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('x-amzn-requestid', requestId);
  response.setHeader('content-length', Buffer.byteLength(body));
  response.writeHead(status).end(body);
};

/** Plays API Gateway in front of the policy check's functions, by the template that is deployed to AWS. */
export const startPolicyCheckServer = async (options: PolicyCheckServerOptions): Promise<PolicyCheckServer> => {
  const { invoke, now, tls } = options;
  const api = apiIn(options.template);
  const requestContext: RequestContext = { region: options.region, accountId: options.accountId, stage: api.stage };
  const mayPass = api.throttle ? throttle(api.throttle, now) : () => true;

  const authorize = async (arrival: Arrival): Promise<AuthorizerVerdict | AnswerType> => {
    const { authorize: functionId } = arrival.route;
    if (functionId === undefined) return { kind: 'allowed', context: {} };
    try {
      const call = () =>
        invoke(functionId, authorizerEvent(arrival, requestContext), authorizerArnOf(arrival, requestContext));
      return evaluate(await withinMs(authorizerLimitMs, call), methodArnOf(arrival, requestContext));
    } catch (error) {
      if (error instanceof NotPermitted) return 'AUTHORIZER_CONFIGURATION_ERROR';
      return error instanceof Error && error.message === 'Unauthorized' ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE';
    }
  };

  const integrate = async (
    arrival: Arrival,
    context: Readonly<Record<string, string>>,
  ): Promise<Reply | AnswerType> => {
    const { integrate: functionId, timeoutMs } = arrival.route;
    try {
      const call = () =>
        invoke(functionId, proxyEvent(arrival, requestContext, context), resourceArnOf(arrival, requestContext));
      const answer = await withinMs(timeoutMs, call);
      const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = integrationForm.parse(answer);
      const single = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), `${value}`] as const);
      return {
        status: statusCode,
        headers: { 'content-type': 'application/json', ...Object.fromEntries(single), ...multiValueHeaders },
        body: isBase64Encoded ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
      };
    } catch (error) {
      if (error instanceof NotPermitted) return 'API_CONFIGURATION_ERROR';
      return error instanceof TookTooLong ? 'INTEGRATION_TIMEOUT' : 'INTEGRATION_FAILURE';
    }
  };

  const answer = async (request: IncomingMessage, requestId: string): Promise<Reply | AnswerType> => {
    const body = await bodyOf(request);
    const [path = '', ...rest] = (request.url ?? '').split('?');
    const found = routeOf(api, request.method ?? '', path);
    if (!found) return 'MISSING_AUTHENTICATION_TOKEN';
    if (body === undefined) return 'REQUEST_TOO_LARGE';
    if (!mayPass()) return 'THROTTLED';
    const arrival = { request, path, query: rest.join('?'), body, requestId, atMs: now(), ...found };
    const verdict = await authorize(arrival);
    if (typeof verdict === 'string') return verdict;
    if (verdict.kind === 'allowed') return integrate(arrival, verdict.context);
    return verdict.kind === 'denied' ? 'ACCESS_DENIED' : 'AUTHORIZER_CONFIGURATION_ERROR';
  };

  let isClosing = false;
  const listen: RequestListener = async (request, response) => {
    const requestId = randomUUID();
    try {
      const made = await answer(request, requestId);
      if (isClosing) response.setHeader('connection', 'close');
      write(response, typeof made === 'string' ? gatewayAnswer(api.answers, made, requestId) : made, requestId);
    } catch {
      response.destroy(); // the client went away while it sent its body
    }
  };
  const limits = { keepAliveTimeout: keepAliveMs, requestTimeout: 60_000, noDelay: true };
  const server = tls ? createTlsServer({ ...limits, ...tls }, listen) : createServer(limits, listen);
  server.on('clientError', (_error, socket: Socket) => {
    if (!socket.writable) return socket.destroy();
    const { status, body } = gatewayAnswer(api.answers, 'BAD_REQUEST_BODY', randomUUID());
    const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json`;
    socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.address.includes(':') ? `[${options.address}]` : options.address;
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        isClosing = true;
        const end = setTimeout(() => server.closeAllConnections(), 5_000);
        server.close(() => {
          clearTimeout(end);
          resolve();
        });
      }),
  };
};
