import { describe, expect, test } from 'vitest';
import { synthesise } from '../../lib/synthesise.ts';
import { gateways, synthesised, text } from './synthesised.ts';

const propertiesOf = (stack: ReturnType<typeof synthesised>, type: string, start = '') =>
  stack.ofType(type).find(([id]) => id.startsWith(start))?.[1].Properties ?? {};
const byDefault = synthesised();
const askedAt = (stack: ReturnType<typeof synthesised>): string =>
  text(stack.variablesOf('lambdas/verify-kits.ts').POLICY_CHECK_URL);

describe('a name of your own for the policy check', () => {
  const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/0a1b';
  const stack = synthesised({ domainName: 'policy-check.example.com', certificateArn });

  test('leads to its stage, over TLS 1.2 or better, and is kept when the stack goes', () => {
    expect(propertiesOf(stack, 'AWS::ApiGateway::DomainName')).toMatchObject({
      DomainName: 'policy-check.example.com',
      RegionalCertificateArn: certificateArn,
      SecurityPolicy: 'TLS_1_2',
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
    expect(text(propertiesOf(stack, 'AWS::ApiGateway::BasePathMapping').Stage)).toMatch(/^\{PolicyCheckApiDeployment/);
    for (const type of ['AWS::ApiGateway::DomainName', 'AWS::ApiGateway::BasePathMapping'])
      expect(stack.ofType(type)[0]?.[1]).toMatchObject({ DeletionPolicy: expect.stringMatching(/^Retain/) });
  });

  test('is what kits use; our own questions do not depend on its DNS', () => {
    const { Outputs } = synthesise({ gateways, domainName: 'policy-check.example.com', certificateArn });
    expect(text(Outputs?.PolicyCheckUrl?.Value)).toBe('https://{PolicyCheckApiDomain}');
    expect(text(Outputs?.PolicyCheckDomainTarget?.Value)).toBe('{PolicyCheckApiDomain.RegionalDomainName}');
    expect(askedAt(stack)).toBe(askedAt(byDefault));
  });

  test('taken away and put back, it is used as it was kept: API Gateway would not make it a second time', () => {
    const keptAt = { domainName: 'policy-check.example.com', domainKept: true };
    const { Outputs } = synthesise({ gateways, ...keptAt });
    expect(text(Outputs?.PolicyCheckUrl?.Value)).toBe('https://policy-check.example.com');
    expect(Outputs).not.toHaveProperty('PolicyCheckDomainTarget');
    for (const type of ['AWS::ApiGateway::DomainName', 'AWS::ApiGateway::BasePathMapping'])
      expect(synthesised(keptAt).ofType(type)).toEqual([]);
    for (const wrong of [{ domainKept: true }, { ...keptAt, certificateArn }])
      expect(() => synthesised(wrong)).toThrow('domainKept: give domainName, and no certificateArn');
  });

  test('refuses a name without a certificate', () => {
    expect(() => synthesised({ domainName: 'policy-check.example.com' })).toThrow(
      'domainName and certificateArn: give both or neither',
    );
    expect(() => synthesised({ domainName: 'https://x', certificateArn: 'none' })).toThrow(
      'domainName: given "https://x"; allowed is a DNS name in small letters. certificateArn: given "none"; allowed is the ARN of a certificate in ACM.',
    );
  });
});

describe('a private endpoint', () => {
  const network = { subnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'], securityGroupIds: ['sg-0a1b2c3d'] };
  const stack = synthesised({ ...network, privateEndpointIds: ['vpce-0a1b2c3d'] });

  test('is the only way to the policy check', () => {
    const api = propertiesOf(stack, 'AWS::ApiGateway::RestApi');
    expect(api.EndpointConfiguration).toEqual({ Types: ['PRIVATE'], VpcEndpointIds: ['vpce-0a1b2c3d'] });
    expect(api.Policy).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Condition: { StringEquals: { 'aws:SourceVpce': ['vpce-0a1b2c3d'] } },
        },
      ],
    });
    expect(askedAt(stack)).toContain('https://{PolicyCheckApi}-vpce-0a1b2c3d.execute-api.');
  });

  test('is reached by the functions that ask it, from inside; no other function moves', () => {
    const inside = [...stack.functions].filter(([, { Properties }]) => Properties?.VpcConfig !== undefined);
    const asking = [...stack.functions.keys()].filter((source) => 'POLICY_CHECK_URL' in stack.variablesOf(source));
    expect(inside.map(([source]) => source)).toEqual(asking);
    for (const [source, { Properties }] of inside) {
      expect(Properties?.VpcConfig).toEqual({
        SubnetIds: network.subnetIds,
        SecurityGroupIds: network.securityGroupIds,
      });
      expect(stack.permissionsOf(source)).toContain('ec2:CreateNetworkInterface on *');
    }
  });

  test('takes in each function after its permissions for that: otherwise its first deployment fails', () => {
    for (const [, { id, Properties }] of stack.functions) {
      if (Properties?.VpcConfig === undefined) continue;
      const policy = text(Properties.Role).slice(1, -'.Arn}'.length);
      const found = stack.all.find(([one]) => one === id)?.[1] as { DependsOn?: readonly string[] } | undefined;
      expect(found?.DependsOn?.join(), id).toContain(`${policy}DefaultPolicy`);
    }
  });

  test('refuses what could not work', () => {
    expect(() => synthesised({ privateEndpointIds: ['vpce-0a1b2c3d'] })).toThrow(
      /have to be inside too; give subnetIds/,
    );
    expect(() => synthesised({ subnetIds: network.subnetIds })).toThrow('subnetIds and securityGroupIds: give both');
    expect(() => synthesised({ subnetIds: 'vpc-1' as unknown as string[] })).toThrow(
      'subnetIds: given "vpc-1"; allowed are ids of subnets, comma-separated',
    );
  });
});

describe('warm instances of the authorizer', () => {
  test('are those of the alias that API Gateway calls', () => {
    const stack = synthesised({ authorizeProvisioned: 20 });
    expect(propertiesOf(stack, 'AWS::Lambda::Alias')).toMatchObject({
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 20 },
    });
  });

  test('are none by default and with 0', () => {
    for (const stack of [byDefault, synthesised({ authorizeProvisioned: 0 })])
      expect(propertiesOf(stack, 'AWS::Lambda::Alias')).not.toHaveProperty('ProvisionedConcurrencyConfig');
  });

  test('are never capped, and neither is the authorizer', () => {
    expect(byDefault.functionOf('lambdas/authorize.ts').Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });
});

describe('the firewall', () => {
  const stack = synthesised({ firewall: true });
  const rules = propertiesOf(stack, 'AWS::WAFv2::WebACL').Rules as readonly { Statement: object }[];

  test('stands before the stage, only when it is asked for', () => {
    expect(text(propertiesOf(stack, 'AWS::WAFv2::WebACLAssociation').ResourceArn)).toContain('/stages/{PolicyCheckApi');
    expect(byDefault.ofType('AWS::WAFv2::WebACL')).toEqual([]);
  });

  test('has no rate rule: a 429 without Retry-After breaks a Kong worker', () => {
    expect(rules.map(({ Statement }) => Statement)).toEqual([
      { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'AWSManagedRulesAmazonIpReputationList' } },
    ]);
  });

  test('keeps no credential: not in its log, and not in samples', () => {
    const logging = propertiesOf(stack, 'AWS::WAFv2::LoggingConfiguration');
    expect(logging.RedactedFields).toEqual([
      { SingleHeader: { Name: 'client-token' } },
      { SingleHeader: { Name: 'x-gateway-credential-probe' } },
    ]);
    expect(text(logging.LogDestinationConfigs)).toMatch(/:log-group:aws-waf-logs-\{AWS::StackName\}$/);
    expect(JSON.stringify(propertiesOf(stack, 'AWS::WAFv2::WebACL'))).not.toContain('"SampledRequestsEnabled":true');
  });
});

describe('the trail of presses', () => {
  test('records every call of the functions by which somebody acts, and nothing else', () => {
    const trail = propertiesOf(byDefault, 'AWS::CloudTrail::Trail');
    const [selector, ...others] = trail.EventSelectors as readonly {
      DataResources: readonly { Type: string; Values: unknown }[];
      IncludeManagementEvents: boolean;
    }[];
    expect(others).toEqual([]);
    expect(selector?.IncludeManagementEvents).toBe(false);
    expect(selector?.DataResources.map(({ Type, Values }) => [Type, text(Values)])).toEqual([
      [
        'AWS::Lambda::Function',
        '{Compromise.Arn}, {ConsoleAct.Arn}, {Operate.Arn}, {OwnKits.Arn}, {GatewayRegistryApplyRegistry.Arn}',
      ],
    ]);
    expect(trail).toMatchObject({ IsLogging: true, EnableLogFileValidation: true });
  });

  test('is written by CloudTrail for the trail of this stack only, not for one of another account that names the bucket', () => {
    const { Statement } = propertiesOf(byDefault, 'AWS::S3::BucketPolicy').PolicyDocument as {
      Statement: readonly { Effect: string; Action: string; Condition?: unknown; Resource: unknown }[];
    };
    const own = 'arn:{AWS::Partition}:cloudtrail:{AWS::Region}:{AWS::AccountId}:trail/GatewayCredentialRotation-*';
    const allowing = Statement.filter(({ Effect }) => Effect === 'Allow');
    expect(allowing.map(({ Action, Condition }) => [Action, text(Condition)])).toEqual([
      ['s3:GetBucketAcl', `ArnLike=aws:SourceArn=${own}`],
      ['s3:PutObject', `ArnLike=aws:SourceArn=${own} StringEquals=s3:x-amz-acl=bucket-owner-full-control`],
    ]);
    const [[, trail] = []] = byDefault.ofType('AWS::CloudTrail::Trail');
    expect(JSON.stringify(trail)).toContain('PressTrailBucketPolicy'); // which has to stand before
  });

  test('cannot be read from outside, and outlives the stack for as long as logs are kept', () => {
    const [[, bucket] = []] = synthesised({ logRetentionDays: 90 }).ofType('AWS::S3::Bucket');
    expect(bucket).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: { Rules: [{ ExpirationInDays: 90, Status: 'Enabled' }] },
      },
    });
  });
});
