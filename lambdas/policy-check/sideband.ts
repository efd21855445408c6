import type { APIGatewayProxyEvent } from 'aws-lambda';
import { bodyLimitBytes, bodyTooLarge } from '../domain/body-limit.ts';
import { type Answer, decided, failed, type SidebandRefusal } from './answer.ts';
import type { Report } from './authorizer.ts';
import { bytesOf, parseBody } from './sideband-body.ts';
import { answerRequest } from './sideband-request.ts';
import { answerResponse } from './sideband-response.ts';

/**
 * The sideband endpoint behind the authorizer: decides by what the authorizer passed on, without a read. A gateway that
 * states no decision is refused; so is a request that no authorizer has seen.
 */
export const sideband =
  (report: Report) =>
  async (event: APIGatewayProxyEvent): Promise<Answer> => {
    const { requestId, authorizer } = event.requestContext;
    const refuse = (code: SidebandRefusal, answer: Answer): Answer => {
      const { gatewayId, kitId, credentialId } = authorizer ?? {};
      report('WARN', 'Sideband request refused.', { requestId, code, gatewayId, kitId, credentialId });
      return answer;
    };
    if (authorizer?.decision !== 'allow-all') {
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
    const sent = parseBody(bytes);
    if (!sent) return refuse('BODY_INVALID', failed(400, 'INVALID_DATA', 'The body must be a JSON object.', requestId));
    const leg = event.resource.endsWith('/response') ? answerResponse(sent) : answerRequest(sent);
    if (leg.kind === 'answered') return decided(leg.body, requestId);
    const message = `These fields are missing or not as the sideband API defines them: ${leg.fields.join(', ')}.`;
    return refuse('FIELDS_INVALID', failed(400, 'INVALID_DATA', message, requestId));
  };
