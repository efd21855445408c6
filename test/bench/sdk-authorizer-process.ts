import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { readGateway } from '../../lambdas/aws/gateway-item.ts';
import { recordRefusal, recordUse } from '../../lambdas/aws/record-use.ts';
import { isRegisteredKit } from '../../lambdas/aws/registered-kit.ts';
import { itemCallsOf } from '../../lambdas/aws/sdk-item-calls.ts';
import { authorizer } from '../../lambdas/policy-check/authorizer.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { variables } from '../../lambdas/runtime/environment.ts';
import { lambda } from '../../lambdas/runtime/lean-lambda.ts';
import { countMetric } from '../../lambdas/runtime/log.ts';

/** The authorizer with the SDK for its calls, and all else as deployed: what its own calls save is the difference. It is bundled and loaded, and never called. */
export const handler = lambda<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>((runtime) => {
  const { environment, log, now } = runtime;
  const { GATEWAYS_TABLE, USE_TABLE } = variables(environment, 'GATEWAYS_TABLE', 'USE_TABLE');
  const calls = itemCallsOf(new DynamoDBClient({ ...clientSettings(runtime), maxAttempts: 1 }));
  return authorizer(
    {
      readGateway: (gatewayId) => readGateway(calls, GATEWAYS_TABLE, gatewayId),
      recordUse: (seen, nowMs, signal) => recordUse(calls, USE_TABLE, seen, nowMs, signal),
      recordRefusal: (refused, nowMs, signal) => recordRefusal(calls, USE_TABLE, refused, nowMs, signal),
      isRegistered: (gatewayId, kitId, shardCount, signal) =>
        isRegisteredKit(calls, GATEWAYS_TABLE, { gatewayId, kitId, shardCount }, signal),
      nowMs: now,
      count: (metric, gatewayId) => countMetric(log, metric, { gatewayId }),
    },
    log,
    environment.LOG_EVERY_DECISION === 'true',
  );
});
