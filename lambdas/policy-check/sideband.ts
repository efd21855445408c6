import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Answer, decided, failed, type SidebandRefusal } from './answer.ts';
import type { Report } from './authorizer.ts';
import { parseBody } from './sideband-fields.ts';
import { answerRequest } from './sideband-request.ts';
import { answerResponse } from './sideband-response.ts';

const bodyOf = ({ body, isBase64Encoded }: APIGatewayProxyEvent): string =>
  isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '');

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
    const sent = parseBody(bodyOf(event));
    if (!sent) return refuse('BODY_INVALID', failed(400, 'INVALID_DATA', 'The body must be a JSON object.', requestId));
    const leg = event.resource.endsWith('/response') ? answerResponse(sent) : answerRequest(sent);
    if (leg.kind === 'answered') return decided(leg.body, requestId);
    const message = `These fields are missing or not as the sideband API defines them: ${leg.fields.join(', ')}.`;
    return refuse('FIELDS_INVALID', failed(400, 'INVALID_DATA', message, requestId));
  };
