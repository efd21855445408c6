import { describe, expect, test } from 'vitest';
import { rotationApp } from '../../lib/synthesise.ts';
import { deployments } from './every-choice.ts';
import { gateways, synthesised, text } from './synthesised.ts';

type Stack = ReturnType<typeof synthesised>;

const stack = synthesised();
/** What a whole account and region knows as this one deployment: the stack's name, and what no later stack of that name has. */
const deployment = '{AWS::StackName}-{AWS::StackId}';

describe.each(Object.entries(deployments))('Deployed %s, a deployment', (_, settings) => {
  const of = synthesised(settings);

  test('that failed at first is rolled back to nothing: what is kept, is kept from its creation on and not during it', () => {
    for (const [id, resource] of of.all) {
      const { DeletionPolicy } = resource as { DeletionPolicy?: string };
      if (DeletionPolicy !== undefined) expect(DeletionPolicy, id).toMatch(/^(RetainExceptOnCreate|Delete)$/);
    }
  });

  test('that failed at first is rolled back without a table that refuses to be deleted', () => {
    for (const [id, { Properties }] of of.ofType('AWS::DynamoDB::Table'))
      expect(Properties, id).not.toHaveProperty('DeletionProtectionEnabled');
  });

  test('applies the registry after all else: nothing rolls back the records of credentials that kits have', () => {
    const applied = of.all.find(([, { Type }]) => Type === 'Custom::GatewayRegistry')?.[1];
    const { DependsOn } = applied as unknown as { DependsOn: readonly string[] };
    const others = of.all.map(([id]) => id).filter((id) => !id.startsWith('GatewayRegistry'));
    expect(others.filter((id) => !DependsOn.includes(id))).toEqual([]);
  });

  test('writes into the bucket of its trail last: only an empty bucket can be rolled back', () => {
    const trail = of.all.find(([, { Type }]) => Type === 'AWS::CloudTrail::Trail')?.[1];
    const { DependsOn } = trail as unknown as { DependsOn: readonly string[] };
    const others = of.all.map(([id]) => id).filter((id) => !/^(GatewayRegistry|PressTrail)/.test(id));
    expect(others.filter((id) => !DependsOn.includes(id))).toEqual([]);
  });
});

/** The names that are in no generated form, by the id of their resource; one within another resource is that one's affair. */
const namesIn = (of: Stack): readonly string[] =>
  of.all.flatMap(([id, { Type, Properties = {} }]) => {
    const within = /^AWS::(Lambda::(Alias|Permission)|IAM::Policy|ApiGateway::(Stage|Authorizer))$/;
    if (within.test(Type)) return [];
    return Object.entries(Properties).flatMap(([property, value]) =>
      /^(Name|\w+Name)$/.test(property) &&
      !/^(DisplayName|MetricName)$/.test(property) &&
      !text(value).match(/^\{[A-Z]\w+\}$/)
        ? [`${text({ Ref: id }).slice(1, -1)} ${property}=${text(value)}`]
        : [],
    );
  });

describe('A deployment after a take-down', () => {
  test('finds none of its names taken by what was kept', () => {
    expect(namesIn(synthesised({ ...deployments['with every default'], firewall: true }))).toEqual([
      `TransitionEventsBus Name=${'GatewayCredentialRotationTransitionEventsBus71E94759'}`, // goes with the stack
      `TransitionEventsCopies LogGroupName=/aws/events/${deployment}-transitions`,
      `TransitionEventsCopiesPolicyResourcePolicy PolicyName=GatewayCredentialRotationTransitionEventsCopiesPolicy316044FC`, // goes with the stack
      `PolicyCheckApi Name=policy-check-${deployment}`,
      'FirewallBlocked LogGroupName=aws-waf-logs-{AWS::StackName}', // goes with its setting and with the stack
      `WorkflowLogs LogGroupName=/aws/vendedlogs/states/${deployment}`,
      `CompromiseButtonBus Name=${'GatewayCredentialRotationCompromiseButtonBusAC2504D1'}`, // goes with the stack
    ]);
  });

  test('has secrets of its own: those that were kept are under a key that it may not use', () => {
    expect(text(stack.variablesOf('lambdas/apply-registry.ts').SECRET_PREFIX)).toBe(
      `gateway-credential/${deployment}/`,
    );
  });
});

describe('Two stacks in one account and region', () => {
  test('a setting names the second', () => {
    const app = rotationApp({ context: { gateways, stackName: 'Second', 'aws:cdk:bundling-stacks': [] } });
    expect(app.node.children.map(({ node }) => node.id)).toContain('Second');
    for (const stackName of ['', '2nd', 'a b', 'x'.repeat(101)])
      expect(() => synthesised({ stackName })).toThrow(/stackName: given .*; allowed are up to 100 letters/);
  });

  test('reach the secrets of their own gateways only', () => {
    for (const [source, { id }] of stack.functions) {
      const reached = stack.permissionsOf(source).filter((line) => line.includes('gateway-credential/'));
      for (const line of reached) expect(line, id).toContain(`:gateway-credential/${deployment}/*`);
    }
  });

  test('count apart, each with alarms on its own counts', () => {
    for (const [source] of stack.functions)
      expect(text(stack.variablesOf(source).POWERTOOLS_SERVICE_NAME), source).toBe(deployment);
    const own = stack
      .ofType('AWS::CloudWatch::Alarm')
      .filter(([, { Properties }]) => Properties?.Namespace === 'GatewayCredentialRotation');
    expect(own.length).toBeGreaterThan(10);
    for (const [id, { Properties }] of own)
      expect(text(Properties?.Dimensions), id).toBe(`Name=service Value=${deployment}`);
  });

  test('share no name: alarms, functions, roles, queues, topics and the dashboard are named by CloudFormation', () => {
    const second = synthesised({ stackName: 'Second' });
    const shared = namesIn(second).filter((name) => namesIn(stack).includes(name));
    for (const name of shared) expect(name).toContain('{AWS::StackName}');
  });

  test('export nothing, so that neither is in the way of the other', () => {
    for (const output of Object.values(stack.outputs)) expect(output).not.toHaveProperty('Export');
  });

  test('have firewalls that count apart', () => {
    const [[, acl] = []] = synthesised({ firewall: true }).ofType('AWS::WAFv2::WebACL');
    expect(text(acl?.Properties?.VisibilityConfig)).toContain(`MetricName=PolicyCheckFirewall-${deployment}`);
  });
});

describe('An account with the quotas of a new one', () => {
  test('has no concurrency reserved in it: of 10, AWS lets nothing be reserved', () => {
    for (const [source, { Properties }] of stack.functions)
      expect(Properties, source).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  test('with a cap on what works on kits, the authorizer is not starved by a large rotation', () => {
    const capped = synthesised({ kitWorkersAtOnce: 20 });
    const reserved = [...capped.functions].flatMap(([source, { Properties }]) =>
      Properties?.ReservedConcurrentExecutions === undefined
        ? []
        : [[source, Properties.ReservedConcurrentExecutions] as const],
    );
    expect(reserved).toEqual([
      ['lambdas/distribute-shard.ts', 20],
      ['lambdas/verify-kits.ts', 20],
    ]);
  });

  test('with its five trails taken, does without one of ours', () => {
    const without = synthesised({ pressTrail: false });
    for (const type of ['AWS::CloudTrail::Trail', 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy'])
      expect(without.ofType(type)).toEqual([]);
    expect(stack.ofType('AWS::CloudTrail::Trail')).toHaveLength(1);
  });
});
