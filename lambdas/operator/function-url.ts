import type { LambdaFunctionURLEventWithIAMAuthorizer, LambdaFunctionURLResult } from 'aws-lambda';
import { InputRefused } from '../domain/failure.ts';
import { urlAlias } from '../domain/names.ts';
import { operateAny } from './operate.ts';

type UrlEvent = LambdaFunctionURLEventWithIAMAuthorizer;

/**
 * Whether the event came through the function URL. Anybody can write an event that says so; but the URL is that of an alias, and
 * who may invoke the function itself is not let in by that one's name.
 */
export const isOfUrl = (event: unknown, invokedFunctionArn: string): event is UrlEvent =>
  typeof event === 'object' &&
  event !== null &&
  'requestContext' in event &&
  invokedFunctionArn.split(':')[7] === urlAlias; // after arn:aws:lambda:<region>:<account>:function:<name>

/** Answers a call of a caller that IAM has let through, and who is known for that; 400 for what is no call at all. */
export const answerUrl = async (
  event: UrlEvent,
  answer: (body: unknown, userArn: string) => Promise<{ readonly status: number; readonly body: unknown }>,
): Promise<LambdaFunctionURLResult> => {
  try {
    const { status, body } = await answer(bodyOf(event), event.requestContext.authorizer.iam.userArn);
    return { statusCode: status, body: JSON.stringify(body) };
  } catch (error) {
    if (error instanceof InputRefused)
      return { statusCode: 400, body: JSON.stringify({ result: 'REFUSED', message: error.message }) };
    throw error;
  }
};

/** A decision of the caller; 409 when it is refused. */
export const operateThroughUrl = (
  needs: Parameters<typeof operateAny>[0],
  event: UrlEvent,
  requestId: string,
): Promise<LambdaFunctionURLResult> =>
  answerUrl(event, async (body, userArn) => {
    const result = await operateAny(needs, body, { userArn, requestId });
    return { status: 'result' in result && result.result === 'REFUSED' ? 409 : 200, body: result };
  });

/** The JSON of the body, which arrives in base64 unless its content type says that it is text. Never repeats it. */
const bodyOf = ({ body = '', isBase64Encoded }: UrlEvent): unknown => {
  try {
    return JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);
  } catch {
    throw new InputRefused('The body is not JSON. Allowed is one command as a JSON object.');
  }
};
