import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { keys, listIndex } from '../../lambdas/domain/names.ts';
import type { DeadLetters } from './dead-letters.ts';
import { deploymentName } from './deployment-name.ts';
import type { OwnerNotifications } from './owner-notifications.ts';
import { type Grant, RotationFunction } from './rotation-function.ts';
import type { TransitionEvents } from './transition-events.ts';

export type NewsProps = {
  readonly logRetentionDays: RetentionDays;
  readonly owners: OwnerNotifications;
  readonly events: TransitionEvents;
  readonly deadLetters: DeadLetters;
};

/**
 * Tells people by the channels of gateways.json. What is published to owners and what operators have to know of transitions
 * goes to one function, which keeps an outbox in a table of its own and tries again from there. No rotation waits for it.
 */
export class News extends Construct {
  readonly deliverNews: RotationFunction;
  private readonly outbox: Table;

  constructor(scope: Construct, id: string, { logRetentionDays, owners, events, deadLetters }: NewsProps) {
    super(scope, id);
    this.outbox = new Table(this, 'Outbox', {
      partitionKey: { name: keys.partition, type: AttributeType.STRING },
      sortKey: { name: keys.sort, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, // what people were told may be asked for later
    });
    this.outbox.addGlobalSecondaryIndex({
      indexName: listIndex,
      partitionKey: { name: keys.list, type: AttributeType.STRING },
      sortKey: { name: keys.sort, type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.deliverNews = new RotationFunction(this, 'DeliverNews', {
      description: 'Tells owners and operators by their channels, and tries again what was not taken.',
      timeoutSeconds: 60,
      logRetentionDays,
    });
    // What even the outbox could not take: then nobody would try again.
    this.deliverNews.configureAsyncInvoke({ retryAttempts: 2, onFailure: new SqsDestination(deadLetters.queue) });
    owners.deliverTo(this.deliverNews, deadLetters);
    events.tell(this.deliverNews, deadLetters);
    new Rule(this, 'EveryMinute', {
      description: 'Has news tried again that wait.',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(this.deliverNews, {
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
          deadLetterQueue: deadLetters.queue,
        }),
      ],
    });
  }

  /** To keep the outbox, and to find what waits. */
  get deliver(): Grant {
    return (to) => {
      this.on(to, 'GetItem', 'PutItem', 'Query', 'DeleteItem');
      to.allow(['dynamodb:Query'], [`${this.outbox.tableArn}/index/${listIndex}`]);
      to.addEnvironment('DEPLOYMENT', deploymentName);
    };
  }

  /** To say by which channels people are told. */
  get configure(): Grant {
    return (to) => this.on(to, 'GetItem', 'PutItem');
  }

  /** To look at who is told what, and who acts for whom. */
  get look(): Grant {
    return (to) => this.on(to, 'GetItem');
  }

  /** To show what people were told. */
  get show(): Grant {
    return (to) => this.on(to, 'Query');
  }

  /** Where the dashboard of this name is, which has the console in it. */
  linkTo(dashboardName: string): void {
    const { region } = Stack.of(this);
    this.deliverNews.addEnvironment(
      'CONSOLE_URL',
      `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboardName}`,
    );
  }

  private on(to: RotationFunction, ...operations: readonly ('GetItem' | 'PutItem' | 'Query' | 'DeleteItem')[]): void {
    to.allow(
      operations.map((operation) => `dynamodb:${operation}`),
      [this.outbox.tableArn],
    );
    to.addEnvironment('NEWS_TABLE', this.outbox.tableName);
  }
}
