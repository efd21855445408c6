import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { itemCallsOf } from '../../lambdas/aws/sdk-item-calls.ts';
import { authorizer } from '../../lambdas/policy-check/authorizer.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { lambda } from '../../lambdas/runtime/lean-lambda.ts';
import { portsOver } from '../../lambdas/wiring/policy-check.ts';

/** The authorizer with the SDK for its calls, and all else as deployed: what its own calls save is the difference. It is bundled and loaded, and never called. */
export const handler = lambda<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>((runtime) => {
  const calls = itemCallsOf(new DynamoDBClient({ ...clientSettings(runtime), maxAttempts: 1 }));
  return authorizer(portsOver(calls, runtime), runtime.log, runtime.environment.LOG_EVERY_DECISION === 'true');
});
