import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { accept } from './exceptions.ts';

/** The queue of what EventBridge could not deliver, kept for 14 days; encrypted, and reached over TLS only. */
export class DeadLetters extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
    });
    accept(this.queue, 'AwsSolutions-SQS3', 'It is the dead-letter queue itself, of EventBridge.');
  }

  /** How many wait for somebody to look at them. */
  get metricWaiting(): IMetric {
    return this.queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: 'Maximum' });
  }

  /** To keep what this rule or bus could not deliver. */
  grantKeep(from: Rule | EventBus): void {
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': 'ruleArn' in from ? from.ruleArn : from.eventBusArn } },
      }),
    );
  }
}
