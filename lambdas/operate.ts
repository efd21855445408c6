import type { LambdaFunctionURLResult } from 'aws-lambda';
import { isOfUrl, operateThroughUrl } from './operator/function-url.ts';
import { operateAny } from './operator/operate.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';

/** Takes an operator's decision, through its IAM-authorised function URL (the caller is known) or by direct invocation (claimed). */
export const handler = lambda<unknown, LambdaFunctionURLResult | Awaited<ReturnType<typeof operateAny>>>((runtime) => {
  const stores = ['gateways', 'kits', 'uses', 'proofs', 'secretVersions', 'executions'] as const;
  const dependencies = provide(runtime, ...stores, 'pingOne');
  return (event, { awsRequestId: requestId, invokedFunctionArn }) =>
    isOfUrl(event, invokedFunctionArn)
      ? operateThroughUrl(dependencies, event, requestId)
      : operateAny(dependencies, event, { requestId });
});
