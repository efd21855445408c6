import type { APIGatewayProxyEvent } from 'aws-lambda';
import { bodyLimitBytes, bodyTooLarge } from '../domain/body-limit.ts';
import type { GatewayId } from '../domain/ids.ts';
import type { PolicyCheckMetric } from '../domain/metric.ts';
import { type Answer, decided, failed, type SidebandRefusal } from './answer.ts';
import type { Report } from './authorizer.ts';
import type { ForwardTarget, Leg } from './forward.ts';
import type { Forwarded } from './forward-answer.ts';
import { bytesOf, parseBody } from './sideband-body.ts';
import { answerRequest } from './sideband-request.ts';
import { answerResponse } from './sideband-response.ts';

/** What the sideband endpoint asks of the world. */
export type SidebandPorts = {
  readonly report: Report;
  /** Asks PingOne; never rejects for anything that PingOne or the way to it does. */
  forward(target: ForwardTarget, leg: Leg): Promise<Forwarded>;
  count(metric: PolicyCheckMetric, gatewayId: GatewayId): void;
};

/**
 * The sideband endpoint behind the authorizer: decides by what the authorizer passed on, without a read, or asks PingOne
 * where the gateway says so; our own probes never get there. A gateway that states no decision is refused; so is a request
 * that no authorizer has seen.
 */
export const sideband =
  ({ report, forward, count }: SidebandPorts) =>
  async (event: APIGatewayProxyEvent): Promise<Answer> => {
    const { requestId, authorizer } = event.requestContext;
    const { gatewayId, kitId, credentialId, decision } = authorizer ?? {};
    const refuse = (code: SidebandRefusal, answer: Answer, said: Forwarded['said'] = {}): Answer => {
      report('WARN', 'Sideband request refused.', { requestId, code, gatewayId, kitId, credentialId, ...said });
      return answer;
    };
    if (decision !== 'allow-all' && decision !== 'forward') {
      const message = 'The gateway states no decision about requests with a good credential. Set "decision" for it.';
      return refuse('DECISION_ABSENT', failed(403, 'ACCESS_FAILED', message, requestId));
    }
    const bytes = bytesOf(event.body, event.isBase64Encoded);
    if (!bytes) {
      const message =
        'The body came as text and holds what is no UTF-8. Send it with "Content-Type: application/json".';
      return refuse('BYTES_LOST', failed(400, 'INVALID_DATA', message, requestId));
    }
    if (bytes.length > bodyLimitBytes)
      return refuse('BODY_TOO_LARGE', failed(413, 'REQUEST_TOO_LARGE', bodyTooLarge, requestId));
    const leg = event.resource.endsWith('/response') ? 'response' : 'request';
    if (decision === 'forward' && authorizer?.isProbe !== 'true') {
      const target = { to: String(authorizer?.forwardTo) as GatewayId, serviceUrl: String(authorizer?.serviceUrl) };
      const { answer, code, said } = await forward(target, { leg, event, body: bytes });
      if (code === undefined) return answer;
      if (answer.statusCode >= 500)
        count(code === 'PINGONE_REFUSES_US' ? 'ForwardRefused' : 'ForwardFailed', gatewayId as GatewayId);
      return refuse(code, answer, said);
    }
    const sent = parseBody(bytes);
    if (!sent) return refuse('BODY_INVALID', failed(400, 'INVALID_DATA', 'The body must be a JSON object.', requestId));
    const decidedLeg = leg === 'response' ? answerResponse(sent) : answerRequest(sent);
    if (decidedLeg.kind === 'answered') return decided(decidedLeg.body, requestId);
    const message = `These fields are missing or not as the sideband API defines them: ${decidedLeg.fields.join(', ')}.`;
    return refuse('FIELDS_INVALID', failed(400, 'INVALID_DATA', message, requestId));
  };
