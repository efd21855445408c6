import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { Template } from '../cloudformation/template.ts';
import { targetOf } from '../wire/request-target.ts';
import { apiIn, routeOf } from './declared-api.ts';
import { addressOf } from './event.ts';
import { type AnswerType, gatewayAnswers, type Reply } from './gateway-responses.ts';
import { type HttpLimits, type HttpOptions, type HttpServer, startHttpServer, usualLimits } from './http-server.ts';
import { functionsOf, type InvokeFunction } from './invocations.ts';
import { type PlaceLimits, placesFor } from './places.ts';
import { announcesTooMuch, bodyOf } from './request-body.ts';
import { throttle } from './throttle.ts';

export { NotPermitted } from './invocations.ts';

export type PolicyCheckServerOptions = Pick<HttpOptions, 'address' | 'port' | 'tls'> & {
  /** The synthesised template: routes, authorizer, gateway responses, media types and throttling are those of its REST API. */
  readonly template: Template;
  readonly invoke: InvokeFunction;
  /** What a path parameter may be as it is sent: anything else is no resource here, where AWS lets the authorizer refuse it. */
  readonly isParameter: (text: string) => boolean;
  readonly region: string;
  readonly accountId: string;
  readonly now: () => number;
  readonly limits?: Partial<HttpLimits & PlaceLimits>;
};

/** A running policy check; kits append `/gateways/…` to `url`. */
export type PolicyCheckServer = HttpServer;

/**
 * A read may take 400 ms before it is tried again, and one process does all the work: with more at once, or after a longer
 * wait, reads would be late one and all. Who finds no place is told to come again, as AWS throttles.
 */
const usualPlaces: PlaceLimits = { atOnce: 16, longestWaitMs: 200, slowMs: 150 };

/** An answer in API Gateway's own name; a denial knows what the authorizer says of it. */
type Own = { readonly type: AnswerType; readonly authorizer: Readonly<Record<string, string>> };
const own = (type: AnswerType, authorizer: Own['authorizer'] = {}): Own => ({ type, authorizer });

/** Plays API Gateway in front of the policy check's functions, by the template that is deployed to AWS. */
export const startPolicyCheckServer = async (options: PolicyCheckServerOptions): Promise<PolicyCheckServer> => {
  const { template, invoke, isParameter, region, accountId, now } = options;
  const limits = { ...usualLimits, ...usualPlaces, ...options.limits };
  const api = apiIn(template);
  const answerOf = gatewayAnswers(api.answers);
  const functionsFor = functionsOf(api, invoke, { region, accountId, stage: api.stage });
  const mayPass = api.throttle ? throttle(api.throttle, now) : () => true;
  const places = placesFor(limits, () => performance.now());

  /** In the order in which it costs: route, announced size, rate, credential, and only for a good one the body. */
  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<Reply | Own> => {
    const target = targetOf(request);
    if (!target) return own('BAD_REQUEST_BODY');
    const found = routeOf(api, request.method ?? '', target.path, isParameter);
    if (!found) return own('MISSING_AUTHENTICATION_TOKEN');
    if (announcesTooMuch(request)) return own('REQUEST_TOO_LARGE');
    if (!mayPass()) return own('THROTTLED');
    const functions = functionsFor({ request, ...target, requestId, atMs: now(), ...found });
    const verdict = await places.within(addressOf(request), functions.authorize);
    if (verdict === undefined) return own('THROTTLED');
    if (typeof verdict === 'string') return own(verdict);
    if (verdict.kind === 'malformed') return own('AUTHORIZER_CONFIGURATION_ERROR');
    if (verdict.kind === 'denied') return own('ACCESS_DENIED', verdict.context);
    if (request.headers.expect !== undefined) response.writeContinue();
    const bytes = await bodyOf(request);
    if (bytes === undefined) return own('REQUEST_TOO_LARGE');
    const made = await functions.integrate(bytes, verdict.context);
    return typeof made === 'string' ? own(made) : made;
  };

  let isClosing = false;
  const listen = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomUUID();
    try {
      const made = await answer(request, response, requestId);
      await turn(); // what is answered in one goes out together: every write by itself would wake its client by itself
      const { status, headers, body } = 'type' in made ? answerOf(made.type, requestId, made.authorizer) : made;
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.setHeader('x-amzn-requestid', requestId);
      response.setHeader('content-length', Buffer.byteLength(body));
      // A client that was not told to go on may leave its body out: nothing that follows could be read.
      const isUnasked = request.headers.expect !== undefined && !request.complete;
      if (isClosing || isUnasked) response.setHeader('connection', 'close');
      response.writeHead(status).end(body);
    } catch {
      response.destroy(); // the client went away while it sent its body
    }
  };
  const { address, port, tls } = options;
  const server = await startHttpServer({
    address,
    port,
    ...(tls ? { tls } : {}),
    limits,
    listen,
    answerTo: (type) => answerOf(type, randomUUID(), {}),
  });
  return {
    url: server.url,
    close: () => {
      isClosing = true;
      return server.close();
    },
  };
};
