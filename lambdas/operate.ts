import type { LambdaFunctionURLEventWithIAMAuthorizer, LambdaFunctionURLResult } from 'aws-lambda';
import { InputRefused } from './domain/failure.ts';
import { lambda } from './runtime/lambda.ts';
import { equip } from './stages/equipment.ts';
import { type OperateResult, operate } from './stages/operate.ts';

/** Takes an operator's decision, through its IAM-authorised function URL (the caller is known) or by direct invocation (claimed). */
export const handler = lambda<
  LambdaFunctionURLEventWithIAMAuthorizer | Record<string, unknown>,
  LambdaFunctionURLResult | OperateResult
>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'kits', 'uses', 'vault', 'executions');
  return async (event, { awsRequestId: requestId }) => {
    if (!('requestContext' in event) || typeof event.body !== 'string') return operate(equipment, event, { requestId });
    const { userArn } = (event as LambdaFunctionURLEventWithIAMAuthorizer).requestContext.authorizer.iam;
    try {
      const result = await operate(equipment, JSON.parse(event.body), { userArn, requestId });
      return { statusCode: result.result === 'REFUSED' ? 409 : 200, body: JSON.stringify(result) };
    } catch (error) {
      if (error instanceof InputRefused || error instanceof SyntaxError)
        return { statusCode: 400, body: JSON.stringify({ result: 'REFUSED', message: error.message }) };
      throw error;
    }
  };
});
