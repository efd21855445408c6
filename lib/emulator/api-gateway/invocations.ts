import { z } from 'zod';
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
} from './event.ts';
import type { AnswerType, Reply } from './gateway-responses.ts';
import { answeredBody, payloadOf } from './media-types.ts';
import { TookTooLong, withinMs } from './time-limit.ts';

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
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(z.string())).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** How API Gateway asks the functions of an API. */
export const invocationsOf = (api: Api, invoke: InvokeFunction, requestContext: RequestContext) => ({
  async authorize(arrival: Arrival): Promise<AuthorizerVerdict | AnswerType> {
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
  },

  async integrate(
    arrival: Arrival,
    bytes: Buffer,
    context: Readonly<Record<string, string>>,
  ): Promise<Reply | AnswerType> {
    const { route, request } = arrival;
    const payload = payloadOf(bytes, request.headers['content-type'], api.binaryMediaTypes);
    const event = proxyEvent(arrival, requestContext, context, payload);
    if (bytes.length > eventLimitBytes / 8 && Buffer.byteLength(JSON.stringify(event)) > eventLimitBytes)
      return 'REQUEST_TOO_LARGE';
    try {
      const call = () => invoke(route.integrate, event, resourceArnOf(arrival, requestContext));
      const answer = integrationForm.parse(await withinMs(route.timeoutMs, call));
      const { statusCode, headers, multiValueHeaders } = answer;
      const answered = { body: answer.body ?? null, isBase64Encoded: answer.isBase64Encoded === true };
      const body = answeredBody(answered, request.headers.accept, api.binaryMediaTypes);
      if (body === undefined) return 'API_CONFIGURATION_ERROR';
      const single = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), `${value}`] as const);
      return {
        status: statusCode,
        headers: { 'content-type': 'application/json', ...Object.fromEntries(single), ...multiValueHeaders },
        body,
      };
    } catch (error) {
      if (error instanceof NotPermitted) return 'API_CONFIGURATION_ERROR';
      return error instanceof TookTooLong ? 'INTEGRATION_TIMEOUT' : 'INTEGRATION_FAILURE';
    }
  },
});
