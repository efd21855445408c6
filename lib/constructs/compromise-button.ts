import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, ArnPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { compromiseDetailType } from '../../lambdas/compromise/press-input.ts';
import { accept } from './exceptions.ts';
import type { RotationFunction } from './rotation-function.ts';

export type CompromiseButtonProps = {
  readonly compromise: RotationFunction;
  /** Who besides this account's own permissions may press it with an event: accounts or ARNs of IAM roles and users. */
  readonly principals: readonly string[];
};

/**
 * The event bus on which another system presses the button, and what happens to a press that fails: it lands in a queue
 * which is alarmed, whether EventBridge could not deliver it or the function refused it.
 */
export class CompromiseButton extends Construct {
  readonly bus: EventBus;
  /** How many presses wait to be looked at. */
  readonly metricFailed: IMetric;

  constructor(scope: Construct, id: string, { compromise, principals }: CompromiseButtonProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'Presses of the compromise button, and nothing else.' });
    if (principals.length > 0)
      this.bus.addToResourcePolicy(
        new PolicyStatement({
          sid: 'PressTheButton',
          principals: principals.map((one) =>
            one.startsWith('arn:') ? new ArnPrincipal(one) : new AccountPrincipal(one),
          ),
          actions: ['events:PutEvents'],
          resources: [this.bus.eventBusArn],
          conditions: { StringEquals: { 'events:detail-type': compromiseDetailType } },
        }),
      );
    const failed = new Queue(this, 'Failed', {
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
    });
    accept(failed, 'AwsSolutions-SQS3', 'It is the dead-letter queue itself, of EventBridge and Lambda.');
    compromise.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      onFailure: new SqsDestination(failed),
    });
    new Rule(this, 'Pressed', {
      description: 'Presses the compromise button.',
      eventBus: this.bus,
      eventPattern: { detailType: [compromiseDetailType] },
      targets: [new LambdaFunction(compromise, { deadLetterQueue: failed })],
    });
    this.metricFailed = failed.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(1),
      statistic: 'Maximum',
    });
  }
}
