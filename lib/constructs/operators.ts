import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Annotations, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { letServiceUse, type RotationKey } from './rotation-key.ts';

export type OperatorsProps = {
  readonly key: RotationKey;
  /** Who gets every alarm by e-mail, once he has confirmed it; without one, somebody subscribes to the topic. */
  readonly email: string | undefined;
  /** A topic of the app's own; without one, it is made here. */
  readonly given: ITopic | undefined;
};

export type OperatorAlarmProps = {
  /** What it means, and what to do. */
  readonly say: string;
  readonly metric: IMetric;
  /** It is raised above this; default 0. */
  readonly above?: number;
  /** In so many of the last periods: default 1 of 1. */
  readonly of?: { readonly breaching: number; readonly periods: number };
  /** Whether silence is the alarm; default no. */
  readonly whenSilent?: boolean;
};

const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');

/** The topic of every alarm, to which CloudWatch of this account may publish; what is made here is encrypted, and reached over TLS only. */
export class Operators extends Construct {
  readonly topicArn: string;
  private readonly action: SnsAction;
  private readonly alarms: Alarm[] = [];

  constructor(scope: Construct, id: string, { key, email, given }: OperatorsProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    const topic = given ?? this.ownTopic(key);
    if (topic.masterKey) letServiceUse(this, topic.masterKey, cloudWatch);
    const { statementAdded } = topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    if (!statementAdded)
      Annotations.of(this).addWarningV2(
        'gateway-credential-rotation:topic-policy',
        'The policy of alarmTopic has to let cloudwatch.amazonaws.com do sns:Publish, or alarms are lost: an app cannot change the policy of a topic that it did not make.',
      );
    if (email !== undefined)
      topic.addSubscription({
        bind: () => ({ subscriberId: 'Email', endpoint: email, protocol: SubscriptionProtocol.EMAIL }),
      });
    this.topicArn = topic.topicArn;
    this.action = new SnsAction(topic);
  }

  private ownTopic(key: RotationKey): Topic {
    return new Topic(this, 'Topic', {
      displayName: 'Gateway credential rotation: alarms',
      masterKey: key.key,
      enforceSSL: true, // its policy replaces the one that a topic has by itself, so CloudWatch has to be named too
    });
  }

  /** Every alarm so far, for the dashboard. */
  get all(): readonly Alarm[] {
    return this.alarms;
  }

  /** Adds an alarm to `scope` that tells the operators when it is raised and when it is over. */
  alarm(scope: Construct, id: string, { say, metric, above = 0, of, whenSilent = false }: OperatorAlarmProps): void {
    const alarm = new Alarm(scope, id, {
      alarmDescription: say,
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      datapointsToAlarm: of?.breaching ?? 1,
      evaluationPeriods: of?.periods ?? 1,
      treatMissingData: whenSilent ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(this.action);
    alarm.addOkAction(this.action);
    this.alarms.push(alarm);
  }
}
