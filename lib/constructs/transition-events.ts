import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Aws } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { eventSource } from '../../lambdas/domain/names.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Grant } from './rotation-function.ts';

export type TransitionEventsProps = { readonly logRetentionDays: RetentionDays; readonly deadLetters: DeadLetters };

/**
 * The event bus of every recorded transition: a bus of our own, so that nobody else's events can pass for ours. A log group
 * keeps a copy of each, outside the tables: it says what happened after a backup was taken, when the tables are lost.
 */
export class TransitionEvents extends Construct {
  private readonly bus: EventBus;

  constructor(scope: Construct, id: string, { logRetentionDays, deadLetters }: TransitionEventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      description: 'Transitions of gateway credential rotations.',
      deadLetterQueue: deadLetters.queue,
    });
    deadLetters.grantKeep(this.bus);
    const copies = new LogGroup(this, 'Copies', {
      logGroupName: `/aws/events/${Aws.STACK_NAME}-transitions`, // EventBridge writes to groups below /aws/events/ only
      retention: logRetentionDays,
    });
    copies.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com'), new ServicePrincipal('delivery.logs.amazonaws.com')],
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [copies.logGroupArn],
      }),
    );
    const copy = new Rule(this, 'Copy', {
      description: 'Copies every transition to a log group.',
      eventBus: this.bus,
      eventPattern: { source: [eventSource] },
      targets: [{ bind: () => ({ arn: copies.logGroupArn, deadLetterConfig: { arn: deadLetters.queue.queueArn } }) }],
    });
    deadLetters.grantKeep(copy);
  }

  get busName(): string {
    return this.bus.eventBusName;
  }

  /** To publish transitions: PutEvents does not say when the bus is gone, DescribeEventBus does. */
  get publish(): Grant {
    return (to) => {
      to.allow(['events:DescribeEventBus', 'events:PutEvents'], [this.bus.eventBusArn]);
      to.addEnvironment('EVENT_BUS', this.bus.eventBusName);
    };
  }
}
