import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { eventSource, transitionDetailType } from '../../lambdas/domain/names.ts';
import { toldKinds } from '../../lambdas/notifications/transition-news.ts';
import type { DeadLetters } from './dead-letters.ts';
import { deploymentName } from './deployment-name.ts';
import { keptLogs } from './kept-logs.ts';
import type { Grant, RotationFunction } from './rotation-function.ts';

export type TransitionEventsProps = { readonly logRetentionDays: RetentionDays; readonly deadLetters: DeadLetters };

/**
 * The event bus of every recorded transition: a bus of our own, so that nobody else's events can pass for ours. A log group
 * keeps a copy of each, outside the tables: it says what happened after a backup was taken, when the tables are lost.
 */
export class TransitionEvents extends Construct {
  /** Where the copies are. */
  readonly logGroupName: string;
  private readonly bus: EventBus;

  constructor(scope: Construct, id: string, { logRetentionDays, deadLetters }: TransitionEventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      description: 'Transitions of gateway credential rotations.',
      deadLetterQueue: deadLetters.queue,
    });
    deadLetters.grantKeep(this.bus);
    this.logGroupName = `/aws/events/${deploymentName}-transitions`; // EventBridge writes to groups below /aws/events/ only
    const copies = keptLogs(this, 'Copies', logRetentionDays, this.logGroupName);
    const { policyDependable } = copies.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com'), new ServicePrincipal('delivery.logs.amazonaws.com')],
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [copies.logGroupArn],
      }),
    );
    // Without the `:*` at the end of the group's own: a target with it is taken, and gets nothing.
    const logGroupArn = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: this.logGroupName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const copy = new Rule(this, 'Copy', {
      description: 'Copies every transition to a log group.',
      eventBus: this.bus,
      eventPattern: { source: [eventSource] },
      targets: [{ bind: () => ({ arn: logGroupArn, deadLetterConfig: { arn: deadLetters.queue.queueArn } }) }],
    });
    if (policyDependable) copy.node.addDependency(policyDependable); // from its first event on it may write
    deadLetters.grantKeep(copy);
  }

  /** Hands the transitions that operators are told of to a function; what EventBridge cannot hand over is kept. */
  tell(fn: RotationFunction, { queue }: DeadLetters): void {
    new Rule(this, 'News', {
      description: 'Has operators told what happens to gateways.',
      eventBus: this.bus,
      eventPattern: { source: [eventSource], detailType: [transitionDetailType], detail: { kind: [...toldKinds] } },
      targets: [new LambdaFunction(fn, { deadLetterQueue: queue })],
    });
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
