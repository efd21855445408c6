import type { LambdaFunctionURLEventWithIAMAuthorizer, LambdaFunctionURLResult } from 'aws-lambda';
import { InputRefused } from '../domain/failure.ts';
import { urlAlias } from '../domain/names.ts';
import { aliasIn } from '../runtime/invoked-alias.ts';
import { operate } from './operate.ts';

type UrlEvent = LambdaFunctionURLEventWithIAMAuthorizer;

/**
 * Whether the event came through the function URL. Anybody can write an event that says so; but the URL is that of an alias, and
 * who may invoke the function itself is not let in by that one's name.
 */
export const isOfUrl = (event: unknown, invokedFunctionArn: string): event is UrlEvent =>
  typeof event === 'object' && event !== null && 'requestContext' in event && aliasIn(invokedFunctionArn) === urlAlias;

/**
 * A decision of the caller that IAM has let through, and who is known for that; 409 when it is refused, and 400 when it is
 * none.
 */
export const operateThroughUrl = async (
  needs: Parameters<typeof operate>[0],
  event: UrlEvent,
  requestId: string,
): Promise<LambdaFunctionURLResult> => {
  const { userArn } = event.requestContext.authorizer.iam;
  try {
    const result = await operate(needs, bodyOf(event), { userArn, requestId });
    return { statusCode: result.result === 'REFUSED' ? 409 : 200, body: JSON.stringify(result) };
  } catch (error) {
    if (error instanceof InputRefused)
      return { statusCode: 400, body: JSON.stringify({ result: 'REFUSED', message: error.message }) };
    throw error;
  }
};

/** The JSON of the body, which arrives in base64 unless its content type says that it is text. Never repeats it. */
const bodyOf = ({ body = '', isBase64Encoded }: UrlEvent): unknown => {
  try {
    return JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);
  } catch {
    throw new InputRefused('The body is not JSON. Allowed is one command as a JSON object.');
  }
};
