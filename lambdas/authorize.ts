import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { authorizer } from './policy-check/authorizer.ts';
import { lambda } from './runtime/lean-lambda.ts';
import { policyCheckPorts } from './wiring/policy-check.ts';

/** REQUEST authorizer of the policy check. */
export const handler = lambda<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>((runtime) =>
  authorizer(policyCheckPorts(runtime), runtime.log, runtime.environment.LOG_EVERY_DECISION === 'true'),
);
