import { Agent } from 'node:http';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { afterEach, expect } from 'vitest';
import {
  type PolicyCheckServer,
  type PolicyCheckServerOptions,
  startPolicyCheckServer,
} from '../../lib/emulator/api-gateway/api-gateway.ts';
import type { Template } from '../../lib/emulator/cloudformation/template.ts';
import { send } from './strict-kit.ts';

export const uri = (functionId: string) => ({
  'Fn::Join': [
    '',
    ['arn:', { Ref: 'AWS::Partition' }, ':apigateway:', { 'Fn::GetAtt': [functionId, 'Arn'] }, '/invocations'],
  ],
});
const answer = (ResponseType: string, StatusCode: string | undefined, ResponseParameters = {}) => ({
  Type: 'AWS::ApiGateway::GatewayResponse',
  Properties: {
    ResponseType,
    ...(StatusCode ? { StatusCode } : {}),
    ResponseParameters,
    ResponseTemplates: {
      'application/json': `{"id":"$context.requestId","code":"${ResponseType}","message":$context.error.messageString}`,
    },
  },
});
/** A template as CDK writes one, small: `/gateways/{gatewayId}/sideband/request`, 3 requests at once, 100 ms to answer. */
export const template = (changed: Template['Resources'] = {}): Template => ({
  Resources: {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'policy-check' } },
    Gateways: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { PathPart: 'gateways', ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] } },
    },
    Gateway: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { PathPart: '{gatewayId}', ParentId: { Ref: 'Gateways' } },
    },
    Leg: { Type: 'AWS::ApiGateway::Resource', Properties: { PathPart: 'sideband', ParentId: { Ref: 'Gateway' } } },
    Authorizer: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: { Type: 'REQUEST', AuthorizerUri: uri('Authorize'), AuthorizerResultTtlInSeconds: 0 },
    },
    Method: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        HttpMethod: 'POST',
        ResourceId: { Ref: 'Leg' },
        AuthorizationType: 'CUSTOM',
        AuthorizerId: { Ref: 'Authorizer' },
        Integration: { Type: 'AWS_PROXY', Uri: uri('Sideband'), TimeoutInMillis: 100 },
      },
    },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        StageName: 'v1',
        MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 3 }],
      },
    },
    Denied: answer('ACCESS_DENIED', '401', { 'gatewayresponse.header.WWW-Authenticate': "'none'" }),
    Failure: answer('AUTHORIZER_FAILURE', '500'),
    Missing: answer('MISSING_AUTHENTICATION_TOKEN', '404'),
    Throttled: answer('THROTTLED', '429', { 'gatewayresponse.header.Retry-After': "'1'" }),
    Timeout: answer('INTEGRATION_TIMEOUT', '504'),
    Default4: answer('DEFAULT_4XX', undefined),
    Default5: answer('DEFAULT_5XX', undefined),
    ...changed,
  },
});

export const policy = (Effect: string, Resource: string, context: object = {}) => ({
  principalId: 'someone',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] },
  context,
});
export const allow = async (event: APIGatewayRequestAuthorizerEvent) => policy('Allow', event.methodArn);
export type Handler = (event: never) => Promise<unknown>;

export const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
export const openAgent = (): Agent => {
  const agent = new Agent({ keepAlive: true });
  open.push({ close: () => agent.destroy() });
  return agent;
};
export const start = async (
  functions: Readonly<Record<string, Handler>>,
  options: Partial<PolicyCheckServerOptions> = {},
): Promise<PolicyCheckServer> => {
  const server = await startPolicyCheckServer({
    template: template(),
    invoke: async (logicalId, event) =>
      (functions[logicalId] ?? expect.fail(`no function ${logicalId}`))(event as never),
    isParameter: (text) => /^[a-z0-9-]+$/.test(text),
    address: '127.0.0.1',
    port: 0,
    region: 'us-east-1',
    accountId: '000000000000',
    now: () => 1_795_407_545_000,
    ...options,
  });
  open.push(server);
  return server;
};
export const ok = async () => ({ statusCode: 200, headers: { 'X-Made-By': 'sideband' }, body: '{"fine":true}' });
export const post = async (
  server: PolicyCheckServer,
  more: { path?: string; method?: string; body?: string | Buffer } = {},
) => {
  const { path = '/gateways/orders/sideband', ...rest } = more;
  const { status, headers, body } = await send(`${server.url}${path}`, { agent: openAgent(), ...rest });
  return { status, headers, answer: JSON.parse(body) };
};
