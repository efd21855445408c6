import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { ArnFormat, Aws, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { probeHeader } from '../../lambdas/domain/probe.ts';
import { deploymentName } from './deployment-name.ts';

export type FirewallProps = { readonly stage: Stage; readonly logRetentionDays: RetentionDays };

const seenAs = (name: string): CfnWebACL.VisibilityConfigProperty => ({
  metricName: `${name}-${deploymentName}`,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false, // a sample shows headers, and one of them is the credential
});

/** Headers that a log must not hold. */
const secretHeaders = ['client-token', probeHeader];

/**
 * An AWS WAF before the policy check: it blocks addresses that AWS knows for attacks. It has no rate rule, whose 429 has no
 * Retry-After and breaks a Kong worker (the stage limits the rate, and says when to come back), and no rule that reads
 * bodies: a kit passes on whatever clients send. It goes with its setting and with the stack; the policy check stays. Blocked requests are logged without their secret headers.
 */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { stage, logRetentionDays }: FirewallProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Rules', {
      description: 'Keeps addresses with a bad reputation from the policy check.',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: seenAs('PolicyCheckFirewall'),
      rules: [
        {
          name: 'BadReputation',
          priority: 0,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: { vendorName: 'AWS', name: 'AWSManagedRulesAmazonIpReputationList' },
          },
          visibilityConfig: seenAs('PolicyCheckBadReputation'),
        },
      ],
    });
    new CfnWebACLAssociation(this, 'OfStage', { webAclArn: acl.attrArn, resourceArn: stage.stageArn });
    const logGroupName = `aws-waf-logs-${Aws.STACK_NAME}`; // WAF writes to groups with this beginning only
    const blocked = new LogGroup(this, 'Blocked', {
      logGroupName,
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY, // its fixed name would be in the way when the firewall comes back
    });
    const logging = new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          // without the `:*` at the end of the group's own
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: secretHeaders.map((Name) => ({ singleHeader: { Name } })),
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          { Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] },
        ],
      },
    });
    logging.node.addDependency(blocked);
  }
}
