import type { LambdaFunctionURLResult } from 'aws-lambda';
import { isOfUrl, operateThroughUrl } from './operator/function-url.ts';
import { type OperateResult, operate } from './operator/operate.ts';
import { lambda } from './runtime/lambda.ts';
import { equip } from './wiring/dependencies.ts';

/** Takes an operator's decision, through its IAM-authorised function URL (the caller is known) or by direct invocation (claimed). */
export const handler = lambda<unknown, LambdaFunctionURLResult | OperateResult>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'kits', 'uses', 'vault', 'executions');
  return (event, { awsRequestId: requestId }) =>
    isOfUrl(event) ? operateThroughUrl(equipment, event, requestId) : operate(equipment, event, { requestId });
});
