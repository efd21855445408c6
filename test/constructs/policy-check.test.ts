import { Template } from 'aws-cdk-lib/assertions';
import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { App } from 'aws-cdk-lib/core';
import { describe, expect, test } from 'vitest';
import { settingsOf } from '../../lib/constructs/settings.ts';
import { RotationStack } from '../../lib/rotation-stack.ts';
import { gateways, synthesised, text } from './synthesised.ts';

const stack = synthesised();
const only = (type: string) => stack.ofType(type)[0]?.[1]?.Properties ?? {};

describe('the authorizer', () => {
  test('is asked for every request: nothing is cached, and no missing header is answered without it', () => {
    const authorizer = only('AWS::ApiGateway::Authorizer');
    expect(authorizer.Type).toBe('REQUEST');
    expect(authorizer.AuthorizerResultTtlInSeconds).toBe(0);
    expect(authorizer).not.toHaveProperty('IdentitySource');
  });

  test('stands before every method, and the methods are the two legs with and without a kit, POST only', () => {
    const resources = new Map(
      stack.ofType('AWS::ApiGateway::Resource').map(([id, { Properties }]) => [id, Properties]),
    );
    const pathOf = (id: string): string => {
      const resource = resources.get(id);
      return resource ? `${pathOf((resource.ParentId as { Ref: string }).Ref)}/${resource.PathPart}` : '';
    };
    const methods = stack.ofType('AWS::ApiGateway::Method').map(([, { Properties }]) => Properties ?? {});
    const legs = methods.map((method) => `${method.HttpMethod} ${pathOf((method.ResourceId as { Ref: string }).Ref)}`);
    expect(legs.toSorted()).toEqual([
      'POST /gateways/{gatewayId}/kits/{kitId}/nodes/{node}/sideband/request',
      'POST /gateways/{gatewayId}/kits/{kitId}/nodes/{node}/sideband/response',
      'POST /gateways/{gatewayId}/kits/{kitId}/sideband/request',
      'POST /gateways/{gatewayId}/kits/{kitId}/sideband/response',
      'POST /gateways/{gatewayId}/sideband/request',
      'POST /gateways/{gatewayId}/sideband/response',
    ]);
    for (const method of methods) {
      expect(method.AuthorizationType).toBe('CUSTOM');
      expect(text(method.AuthorizerId)).toBe('{PolicyCheckAuthorizer}');
      expect(method.Integration).toMatchObject({ Type: 'AWS_PROXY' });
      expect(text((method.Integration as { Uri: unknown }).Uri)).toContain('{PolicyCheckSideband.Arn}');
    }
  });
});

/** A release changes a function's code and its variables one after the other: only a version has both as they belong together. */
describe('a release', () => {
  const [[aliasId, alias] = []] = stack.ofType('AWS::Lambda::Alias');
  const settings = [{}, { authorizeProvisioned: 2 }, { authorizeProvisioned: 0 }];

  test('is seen by API Gateway all at once: it calls an alias, which names a version', () => {
    expect(text(only('AWS::ApiGateway::Authorizer').AuthorizerUri)).toContain(`${text({ Ref: aliasId })}/invocations`);
    expect(text(alias?.Properties?.FunctionName)).toBe('{PolicyCheckAuthorize}');
    expect(text(alias?.Properties?.FunctionVersion)).toMatch(/^\{PolicyCheckAuthorizeCurrentVersion\w+\.Version\}$/);
  });

  test('that adds a variable makes a new version, and nothing else does', () => {
    const versionOf = (value?: string): string => {
      const app = new App({
        context: { gateways, 'aws:cdk:bundling-stacks': [] },
        builtinCloudFormationValidation: false,
      });
      const made = new RotationStack(app, 'GatewayCredentialRotation', settingsOf(app.node));
      if (value) made.policyCheck.authorize.addEnvironment('ADDED', value);
      return Object.keys(Template.fromStack(made).findResources('AWS::Lambda::Version')).join();
    };
    expect(versionOf()).toBe(versionOf());
    expect(new Set([versionOf(), versionOf('a'), versionOf('b')]).size).toBe(3);
  });

  test.each(settings)('is deployed after every permission to ask the authorizer: %j', (choice) => {
    const made = synthesised(choice);
    const authorizers = made
      .ofType('AWS::Lambda::Permission')
      .filter(([, { Properties }]) => text(Properties?.SourceArn).includes('/authorizers/'))
      .map(([id]) => id);
    expect(authorizers.length).toBeGreaterThan(0);
    for (const type of ['AWS::ApiGateway::Deployment', 'AWS::ApiGateway::Stage'])
      for (const [, resource] of made.ofType(type))
        expect((resource as { DependsOn?: string[] }).DependsOn).toEqual(expect.arrayContaining(authorizers));
  });

  test('keeps the names of what is deployed already: the alias of warm instances, the function, the API', () => {
    expect(aliasId).toMatch(/^PolicyCheckAuthorizeAliaswarm[0-9A-F]{8}$/);
    expect(stack.ofType('AWS::ApiGateway::RestApi').map(([id]) => id)).toEqual(['PolicyCheckApiC7DE7D65']);
  });
});

const answers: Readonly<Record<string, readonly [string | undefined, string]>> = {
  UNAUTHORIZED: [
    '401',
    '{"id":"$context.requestId","code":"INVALID_TOKEN","message":"The gateway credential is missing, wrong or revoked.","refusedBy":"$context.authorizer.refusedBy"}',
  ],
  ACCESS_DENIED: [
    '401',
    '{"id":"$context.requestId","code":"INVALID_TOKEN","message":"The gateway credential is missing, wrong or revoked.","refusedBy":"$context.authorizer.refusedBy"}',
  ],
  AUTHORIZER_FAILURE: [
    '500',
    '{"id":"$context.requestId","code":"UNEXPECTED_ERROR","message":"The gateway credential could not be checked; nothing is known about it."}',
  ],
  AUTHORIZER_CONFIGURATION_ERROR: [
    '500',
    '{"id":"$context.requestId","code":"UNEXPECTED_ERROR","message":"The gateway credential could not be checked; nothing is known about it."}',
  ],
  THROTTLED: [
    '429',
    '{"id":"$context.requestId","code":"LIMIT_EXCEEDED","message":"Too many requests; try again later."}',
  ],
  QUOTA_EXCEEDED: [
    '429',
    '{"id":"$context.requestId","code":"LIMIT_EXCEEDED","message":"Too many requests; try again later."}',
  ],
  INTEGRATION_FAILURE: [
    '502',
    '{"id":"$context.requestId","code":"UNEXPECTED_ERROR","message":"The policy check failed to decide."}',
  ],
  INTEGRATION_TIMEOUT: [
    '504',
    '{"id":"$context.requestId","code":"UNEXPECTED_ERROR","message":"The policy check did not decide in time."}',
  ],
  MISSING_AUTHENTICATION_TOKEN: [
    '404',
    '{"id":"$context.requestId","code":"NOT_FOUND","message":"There is no such resource; check the Service URL of the kit."}',
  ],
  REQUEST_TOO_LARGE: [
    '413',
    '{"id":"$context.requestId","code":"REQUEST_TOO_LARGE","message":"The body is larger than 4.5 MB (4500000 bytes), the most that can be decided about."}',
  ],
  WAF_FILTERED: [
    '403',
    '{"id":"$context.requestId","code":"ACCESS_FAILED","message":"The request was blocked by a firewall."}',
  ],
  DEFAULT_4XX: [
    undefined,
    '{"id":"$context.requestId","code":"INVALID_REQUEST","message":"The request is not valid."}',
  ],
  DEFAULT_5XX: [
    undefined,
    '{"id":"$context.requestId","code":"UNEXPECTED_ERROR","message":"The policy check failed."}',
  ],
};

describe('what API Gateway answers in its own name', () => {
  const responses = new Map(
    stack
      .ofType('AWS::ApiGateway::GatewayResponse')
      .map(([, { Properties }]) => [Properties?.ResponseType, Properties]),
  );

  test.for(Object.entries(answers))('%s has a body that kits can parse', ([type, [status, body]]) => {
    const response = responses.get(type);
    expect(response?.StatusCode).toBe(status);
    expect(response?.ResponseTemplates).toEqual({ 'application/json': body });
  });

  test('nothing else is answered', () => {
    expect([...responses.keys()].toSorted()).toEqual(Object.keys(answers).toSorted());
  });

  test('every 429, and only a 429, says when to try again, in whole seconds', () => {
    for (const [type, response] of responses)
      expect(response?.ResponseParameters, String(type)).toEqual(
        response?.StatusCode === '429' ? { 'gatewayresponse.header.Retry-After': "'1'" } : undefined,
      );
  });

  test('a changed answer is deployed', () => {
    const deploymentOf = (change: (stack: RotationStack) => void): readonly string[] => {
      const app = new App({
        context: { gateways, 'aws:cdk:bundling-stacks': [] },
        builtinCloudFormationValidation: false,
      });
      const made = new RotationStack(app, 'GatewayCredentialRotation', settingsOf(app.node));
      change(made);
      return Object.keys(Template.fromStack(made).findResources('AWS::ApiGateway::Deployment'));
    };
    const before = deploymentOf(() => undefined);
    const after = deploymentOf(({ policyCheck }) => {
      policyCheck.api.addGatewayResponse('Other', { type: ResponseType.EXPIRED_TOKEN, statusCode: '401' });
    });
    expect(before).toHaveLength(1);
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });
});

describe('the stage', () => {
  const stage = only('AWS::ApiGateway::Stage') as {
    AccessLogSetting: { Format: string };
    MethodSettings: readonly Record<string, unknown>[];
  };

  test('logs named fields: no header, no error text, no context of the authorizer', () => {
    expect(JSON.parse(stage.AccessLogSetting.Format)).toEqual({
      requestId: '$context.requestId',
      time: '$context.requestTimeEpoch',
      sourceAddress: '$context.identity.sourceIp',
      method: '$context.httpMethod',
      path: '$context.path',
      status: '$context.status',
      answer: '$context.error.responseType',
      requestMs: '$context.responseLatency',
      authorizeStatus: '$context.authorizer.status',
      authorizeMs: '$context.authorizer.latency',
      sidebandStatus: '$context.integration.status',
      sidebandMs: '$context.integration.latency',
    });
  });

  test('never logs whole requests, and limits them as set', () => {
    expect(stage.MethodSettings).toEqual([
      {
        HttpMethod: '*',
        ResourcePath: '/*',
        DataTraceEnabled: false,
        LoggingLevel: 'OFF',
        MetricsEnabled: true,
        ThrottlingRateLimit: 5000,
        ThrottlingBurstLimit: 2500,
      },
    ]);
  });

  test('takes every body for bytes: as text, what is no UTF-8 would reach the sideband changed', () => {
    expect(only('AWS::ApiGateway::RestApi').BinaryMediaTypes).toEqual(['*/*']);
  });

  test('is regional', () => {
    expect(only('AWS::ApiGateway::RestApi').EndpointConfiguration).toEqual({ Types: ['REGIONAL'] });
  });

  test('sets the log role of the account unless another stack does', () => {
    expect(stack.ofType('AWS::ApiGateway::Account')).toHaveLength(1);
    expect(synthesised({ setAccountLogRole: false }).ofType('AWS::ApiGateway::Account')).toEqual([]);
  });
});
