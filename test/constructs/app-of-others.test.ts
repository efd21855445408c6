import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { type IVpc, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import { afterAll, describe, expect, test } from 'vitest';
import type { GatewayCredentialRotationProps } from '../../lib/constructs/rotation-props.ts';
import { settingsSchema } from '../../lib/constructs/settings.ts';
import { GatewayCredentialRotation } from '../../lib/gateway-credential-rotation.ts';
import { orders } from '../iam/playing.ts';
import { gateways, text } from './synthesised.ts';

const folder = mkdtempSync(join(tmpdir(), 'app-'));
afterAll(() => rmSync(folder, { recursive: true }));

const newStack = (): Stack =>
  new Stack(
    new App({
      context: { 'aws:cdk:bundling-stacks': [] },
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
    }),
    'Access',
  );
const newVpc = (stack: Stack): IVpc => new Vpc(stack, 'Vpc') as IVpc; // CDK's own types differ in what may be undefined
const make = (stack: Stack, props: Partial<GatewayCredentialRotationProps> = {}): GatewayCredentialRotation =>
  new GatewayCredentialRotation(stack, 'Rotation', { gateways, ...props });
const resourcesOf = (stack: Stack, type: string) => Template.fromStack(stack).findResources(type);
const refusal = (props: object): string => {
  try {
    make(newStack(), props);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : '';
  }
  return 'nothing';
};

describe('In an app of others', () => {
  test('there is one in a stack, and the outputs have the names by which the command line finds them', () => {
    const stack = newStack();
    make(stack);
    expect(() => new GatewayCredentialRotation(stack, 'Second', { gateways })).toThrow(
      'Access/Second: given a second GatewayCredentialRotation beside Access/Rotation; allowed is one in a stack',
    );
    expect(() => new GatewayCredentialRotation(new Stack(stack, 'Nested'), 'Second', { gateways })).not.toThrow();
    expect(Object.keys(Template.fromStack(stack).toJSON().Outputs)).toContain('ConsoleFunction');
  });

  test('functions that reach kits run in its vpc: in private subnets and a group of their own, unless it says which', () => {
    const stack = newStack();
    make(stack, { vpc: newVpc(stack) });
    const [[group] = []] = Object.entries(resourcesOf(stack, 'AWS::EC2::SecurityGroup'));
    const inside = Object.values(resourcesOf(stack, 'AWS::Lambda::Function')).filter(
      ({ Properties }) => Properties.VpcConfig,
    );
    expect(inside.length).toBeGreaterThan(5);
    for (const { Properties } of inside) {
      expect(text(Properties.VpcConfig.SubnetIds)).toMatch(
        /^\{VpcPrivateSubnet1Subnet\}, \{VpcPrivateSubnet2Subnet\}$/,
      );
      expect(JSON.stringify(Properties.VpcConfig.SecurityGroupIds)).toContain(group);
    }
    const other = newStack();
    const vpc = newVpc(other);
    const own = new SecurityGroup(other, 'Own', { vpc });
    make(other, { vpc, vpcSubnets: { subnetType: SubnetType.PUBLIC }, securityGroups: [own] });
    expect(Object.keys(resourcesOf(other, 'AWS::EC2::SecurityGroup'))).toHaveLength(1);
    const { DistributeShard } = Object.fromEntries(
      Object.entries(resourcesOf(other, 'AWS::Lambda::Function')).map(([id, one]) => [
        id.replace(/^Rotation|[0-9A-F]{8}$/g, ''),
        one,
      ]),
    );
    expect(text(DistributeShard?.Properties.VpcConfig.SubnetIds)).toMatch(/^\{VpcPublicSubnet1Subnet\}/);
  });

  test('alarms reach a topic that it has made, through the key of that topic', () => {
    const stack = newStack();
    const masterKey = new Key(stack, 'Key');
    const alarmTopic = new Topic(stack, 'Alarms', { masterKey, enforceSSL: true });
    make(stack, { alarmTopic });
    const policies = JSON.stringify(resourcesOf(stack, 'AWS::SNS::TopicPolicy'));
    expect(policies).toContain('cloudwatch.amazonaws.com');
    expect(JSON.stringify(resourcesOf(stack, 'AWS::KMS::Key'))).toContain('cloudwatch.amazonaws.com');
    for (const { Properties } of Object.values(resourcesOf(stack, 'AWS::CloudWatch::Alarm')))
      expect(text(Properties.AlarmActions)).toMatch(/^\{Alarms/);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('warns of a topic and a key that it has not made, whose policies it cannot change', () => {
    const stack = newStack();
    const arn = 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-1111-4222-8333-444455556666';
    make(stack, {
      encryptionKey: Key.fromKeyArn(stack, 'Key', arn),
      alarmTopic: Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-central-1:111122223333:alarms'),
      eventBus: EventBus.fromEventBusName(stack, 'Bus', 'ours'),
    });
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(warnings.map(({ entry }) => String(entry.data))).toEqual([
      expect.stringContaining('The policy of alarmTopic has to let cloudwatch.amazonaws.com do sns:Publish'),
    ]);
    const other = newStack();
    make(other, { encryptionKey: Key.fromKeyArn(other, 'Key', arn) });
    expect(Annotations.fromStack(other).findWarning('*', Match.anyValue())).toMatchObject([
      { entry: { data: expect.stringContaining('The policy of the key has to let cloudwatch.amazonaws.com') } },
    ]);
  });

  test('an id of what the app itself makes is taken, though nobody knows it at synthesis', () => {
    const stack = newStack();
    const vpc = newVpc(stack);
    const [{ subnetId } = { subnetId: '' }] = vpc.privateSubnets;
    const { securityGroupId } = new SecurityGroup(stack, 'Own', { vpc });
    expect(() => make(stack, { subnetIds: [subnetId], securityGroupIds: [securityGroupId] })).not.toThrow();
  });
});

describe('The construct refuses at synthesis, with what was given and what is allowed,', () => {
  const vpc = { selectSubnets: () => ({ subnetIds: [] }) };
  test.each([
    [{ requestBurst: 0.5 }, 'requestBurst: given 0.5; allowed is a whole number from 1 to 50000.'],
    [
      { requestsPerSec: 5 },
      'requestsPerSec: unknown; allowed are gateways, kitHosts, operatorsEmail, requestsPerSecond',
    ],
    [{ stackName: 'Other' }, 'stackName: unknown; allowed are gateways,'],
    [{ kitHosts: ['HTTP://x'] }, 'kitHosts: given ["HTTP://x"]; allowed are names of hosts in small letters'],
    [{ domainName: 'a.example.com' }, 'domainName and certificateArn: give both or neither.'],
    [{ securityGroups: [] }, 'vpcSubnets and securityGroups: give the vpc that has them.'],
    [{ vpc, securityGroups: [] }, 'securityGroups: given none; allowed is at least one, or to leave it out.'],
    [{ vpc, subnetIds: ['subnet-0a1b2c3d'], securityGroupIds: ['sg-0a1b2c3d'] }, 'vpc and subnetIds: give one of them'],
    [{ alarmTopic: {}, operatorsEmail: 'a@example.com' }, 'alarmTopic and operatorsEmail: give one of them'],
    [{ gateways: './none.json' }, 'gateways: given "./none.json"; allowed is the path of a file that exists'],
  ])('%j', (props, message) => {
    expect(refusal(props)).toContain('SettingsRefused: ');
    expect(refusal(props)).toContain(message);
  });

  test('a registry that applying it would refuse at the end of the deployment', () => {
    const file = join(folder, 'gateways.json');
    const kong = { adminUrl: 'https://kong.example.com:8444', adminTokenSecret: 'kits/kong' };
    const kit = { kitId: 'kong', kind: 'kong', owner: 'edge@example.com', settings: kong };
    writeFileSync(file, JSON.stringify({ gateways: [orders({ policy: {}, kits: [kit] })] }));
    const problems = (kitHosts: readonly string[]) => make(newStack(), { gateways: file, kitHosts }).node.validate();
    expect(problems(['kong.example.com'])).toEqual([]);
    expect(problems(['other.example.com'])).toEqual([
      expect.stringMatching(/given the host kong\.example\.com; this deployment allows other\.example\.com/),
    ]);
  });
});

test('Each setting of a deployment is a prop too', () => {
  const props: Readonly<Record<keyof GatewayCredentialRotationProps, true>> = {
    ...{ vpc: true, vpcSubnets: true, securityGroups: true, encryptionKey: true, alarmTopic: true, eventBus: true },
    ...{ gateways: true, kitHosts: true, operatorsEmail: true, requestsPerSecond: true, requestBurst: true },
    ...{ authorizeMemoryMb: true, authorizeProvisioned: true, logEveryDecision: true, kitWorkersAtOnce: true },
    ...{ domainName: true, certificateArn: true, domainKept: true, subnetIds: true, securityGroupIds: true },
    ...{ privateEndpointIds: true, firewall: true, logRetentionDays: true, pressTrail: true },
    ...{ setAccountLogRole: true, compromisePrincipals: true },
  };
  const settings = Object.keys(settingsSchema.shape).filter((name) => name !== 'stackName');
  expect(settings.filter((name) => !(name in props))).toEqual([]);
});
