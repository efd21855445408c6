import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { DeadLetters } from './dead-letters.ts';
import type { Grant, RotationFunction } from './rotation-function.ts';
import type { RotationKey } from './rotation-key.ts';

export type OwnerNotificationsProps = { readonly key: RotationKey };

/** The topic that tells owners what to do with their kits; encrypted, and reached over TLS only. */
export class OwnerNotifications extends Construct {
  private readonly topic: Topic;
  private readonly key: RotationKey;

  constructor(scope: Construct, id: string, { key }: OwnerNotificationsProps) {
    super(scope, id);
    this.key = key;
    this.topic = new Topic(this, 'Topic', {
      displayName: 'Gateway credential rotation',
      masterKey: key.key,
      enforceSSL: true,
    });
  }

  /** Hands each message to a function too; what SNS cannot hand over is kept. */
  deliverTo(fn: RotationFunction, { queue }: DeadLetters): void {
    this.topic.addSubscription(new LambdaSubscription(fn, { deadLetterQueue: queue }));
  }

  get topicArn(): string {
    return this.topic.topicArn;
  }

  /** To tell owners: the topic, and its key through SNS. */
  get publish(): Grant {
    return (to) => {
      to.allow(['sns:Publish'], [this.topic.topicArn]);
      this.key.grantEncryptDecrypt(to, 'sns');
      to.addEnvironment('NOTIFICATIONS_TOPIC', this.topic.topicArn);
    };
  }
}
