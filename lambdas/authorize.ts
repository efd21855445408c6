import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { readGateway } from './aws/gateway-item.ts';
import { recordUse } from './aws/uses.ts';
import { authorizer } from './policy-check/authorizer.ts';
import { clientSettings } from './runtime/client-settings.ts';
import { variables } from './runtime/environment.ts';
import { lambda } from './runtime/lean-lambda.ts';
import { countMetric } from './runtime/log.ts';

/** REQUEST authorizer of the policy check. One attempt per call and tight timeouts: the budget is the policy check's own. */
export const handler = lambda<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>(
  ({ environment, log, now }) => {
    const { GATEWAYS_TABLE, USE_TABLE } = variables(environment, 'GATEWAYS_TABLE', 'USE_TABLE');
    const requestHandler = { connectionTimeout: 300, requestTimeout: 600, throwOnRequestTimeout: true };
    const dynamodb = new DynamoDBClient({ ...clientSettings(environment), maxAttempts: 1, requestHandler });
    return authorizer(
      {
        readGateway: (gatewayId, signal) => readGateway(dynamodb, GATEWAYS_TABLE, gatewayId, signal),
        recordUse: (seen, nowMs, signal) => recordUse(dynamodb, USE_TABLE, seen, nowMs, signal),
        nowMs: now,
        count: (metric, gatewayId) => countMetric(log, metric, { gatewayId }),
      },
      log,
    );
  },
);
