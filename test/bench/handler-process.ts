import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import { parseRecord } from '../../lambdas/aws/gateway-item.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { authorizer } from '../../lambdas/policy-check/authorizer.ts';
import { parsingOnce } from '../../lambdas/policy-check/parse-once.ts';
import { lambda } from '../../lambdas/runtime/lean-lambda.ts';
import { oldToken, orders, presenting } from '../policy-check/fixtures.ts';
import { serveParent } from './child.ts';
import { verifiesFor } from './verifies-for.ts';

/** The authorizer as Lambda calls it, whose record is answered from memory; its log goes to standard output, which is a pipe. */
const isAsDeployed = process.argv[2] === 'as-deployed';
const text = JSON.stringify(orders);
const parse = isAsDeployed ? parsingOnce(parseRecord, 200) : (_: GatewayId, record: string) => parseRecord(record);
const handler = lambda<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>(({ log, now }) => {
  const done = async () => true;
  const ports = {
    readGateway: async (gatewayId: GatewayId) => parse(gatewayId, text),
    recordUse: done,
    recordRefusal: done,
    isRegistered: done,
    nowMs: now,
    count: () => undefined,
  };
  return authorizer(ports, log, !isAsDeployed);
});
const asked = presenting(oldToken);
const context = { functionName: 'authorize', awsRequestId: 'bench' } as Context;
serveParent(
  verifiesFor(async () => {
    const { policyDocument } = await handler(asked, context);
    return policyDocument.Statement[0]?.Effect === 'Allow';
  }),
);
