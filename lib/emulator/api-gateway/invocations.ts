import { z } from 'zod';
import { limit, systemTimers } from '../wire/timers.ts';
import { type AuthorizerVerdict, evaluate } from './authorizer-policy.ts';
import type { Api } from './declared-api.ts';
import {
  type Arrival,
  authorizerArnOf,
  authorizerEvent,
  methodArnOf,
  proxyEvent,
  type RequestContext,
  resourceArnOf,
  type Shared,
  sharedBy,
} from './event.ts';
import type { AnswerType, Reply } from './gateway-responses.ts';
import { answeredBody, payloadOf } from './media-types.ts';
import { scalars } from './scalars.ts';

/** API Gateway may not invoke a function: its policy does not say so. */
export class NotPermitted extends Error {
  override readonly name = 'NotPermitted';
}

/**
 * Calls the function with this logical id in the template, in the name of an authorizer or method; resolves with its
 * result, rejects with its error, and with {@link NotPermitted} when the function's policy does not let API Gateway.
 */
export type InvokeFunction = (logicalId: string, event: unknown, sourceArn: string) => Promise<unknown>;

const authorizerLimitMs = 29_000;
/** Lambda's limit of an event, which a body in base64 reaches first. */
const eventLimitBytes = 6_291_456;

const integrationForm = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: scalars.nullish(),
  multiValueHeaders: z.record(z.string(), z.array(z.string())).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** What a function answered, as API Gateway passes it on. */
const replyOf = (answered: unknown, accept: string | undefined, { binaryMediaTypes }: Api): Reply | AnswerType => {
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = integrationForm.parse(answered);
  const payload = { body: body ?? null, isBase64Encoded: isBase64Encoded === true };
  const sent = answeredBody(payload, accept, binaryMediaTypes);
  if (sent === undefined) return 'API_CONFIGURATION_ERROR';
  const single = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), `${value}`] as const);
  return {
    status: statusCode,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(single), ...multiValueHeaders },
    body: sent,
  };
};

/** The functions of an API, as API Gateway asks them about one request. */
export const functionsOf =
  (api: Api, invoke: InvokeFunction, requestContext: RequestContext) =>
  (arrival: Arrival): Functions => {
    const { route, request } = arrival;
    let made: Shared | undefined;
    const shared = (): Shared => {
      made ??= sharedBy(arrival, requestContext); // not for one that finds no place
      return made;
    };
    return {
      authorize: async () => {
        const { authorize: functionId } = route;
        if (functionId === undefined) return { kind: 'allowed', context: {} };
        const methodArn = methodArnOf(arrival, requestContext);
        try {
          const asked = invoke(
            functionId,
            authorizerEvent(shared(), methodArn),
            authorizerArnOf(arrival, requestContext),
          );
          const answered = await limit(systemTimers, asked, authorizerLimitMs);
          return answered.isTimedOut ? 'AUTHORIZER_FAILURE' : evaluate(answered.result, methodArn);
        } catch (error) {
          if (error instanceof NotPermitted) return 'AUTHORIZER_CONFIGURATION_ERROR';
          return error instanceof Error && error.message === 'Unauthorized' ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE';
        }
      },
      integrate: async (bytes, context) => {
        const payload = payloadOf(bytes, request.headers['content-type'], api.binaryMediaTypes);
        const event = proxyEvent(shared(), context, payload);
        if (bytes.length > eventLimitBytes / 8 && Buffer.byteLength(JSON.stringify(event)) > eventLimitBytes)
          return 'REQUEST_TOO_LARGE';
        try {
          const asked = invoke(route.integrate, event, resourceArnOf(arrival, requestContext));
          const answered = await limit(systemTimers, asked, route.timeoutMs); // and it goes on unheard, as on AWS
          return answered.isTimedOut ? 'INTEGRATION_TIMEOUT' : replyOf(answered.result, request.headers.accept, api);
        } catch (error) {
          return error instanceof NotPermitted ? 'API_CONFIGURATION_ERROR' : 'INTEGRATION_FAILURE';
        }
      },
    };
  };

type Functions = {
  authorize(): Promise<AuthorizerVerdict | AnswerType>;
  /** `context` is what the authorizer gave. */
  integrate(bytes: Buffer, context: Readonly<Record<string, string>>): Promise<Reply | AnswerType>;
};
