import { randomUUID } from 'node:crypto';
import { accountId, arn } from '../account.ts';
import { AwsError, type AwsService, unknownOperation } from '../wire/service.ts';
import { readAttributes, readMessage, readSubject } from './message.ts';

/** A message as it was published; `attributes` as on the wire: `{ DataType, StringValue | BinaryValue }` by name. */
export type PublishedMessage = {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject: string | undefined;
  readonly message: string;
  readonly attributes: Record<string, unknown>;
};

/** What the emulated SNS needs: the topics of the deployment, by name, and who gets what is published to them. */
export type SnsOptions = {
  readonly topics: readonly string[];
  /** Publish answers when this has resolved; when it rejects, the publisher gets `InternalFailure`. */
  readonly onPublish: (message: PublishedMessage) => Promise<void>;
  /** Whether the key of a topic can be used; default: each can. */
  readonly isKeyEnabled?: (topicArn: string) => boolean;
};

/** The ARN of a topic of this machine. */
const topicArn = (name: string): string => arn('sns', name);

/** SNS on this machine: the topics are declared by the deployment, and each message goes to one listener. Nothing subscribes. */
export const createSns = ({ topics, onPublish, isKeyEnabled = () => true }: SnsOptions): AwsService => {
  const arns = new Map(topics.map((name) => [name, topicArn(name)]));

  const findTopic = (given: unknown): string => {
    if (typeof given !== 'string' || !/^arn:aws:sns:[\w-]+:\d{12}:[\w-]{1,256}$/.test(given)) throw invalid('TopicArn');
    if (![...arns.values()].includes(given)) throw new AwsError('NotFound', 'Topic does not exist', 404);
    return given;
  };

  const operations: Record<string, (input: Record<string, unknown>) => Promise<Record<string, unknown>>> = {
    CreateTopic: async ({ Name }) => {
      if (typeof Name !== 'string' || !/^[\w-]{1,256}$/.test(Name)) throw invalid('Topic Name');
      const TopicArn = arns.get(Name);
      if (TopicArn) return { TopicArn };
      throw new AwsError('AuthorizationError', 'The topics of this machine are declared by the deployment.', 403);
    },
    GetTopicAttributes: async ({ TopicArn }) => {
      const counts = { SubscriptionsConfirmed: '0', SubscriptionsPending: '0', SubscriptionsDeleted: '0' };
      return { Attributes: { TopicArn: findTopic(TopicArn), Owner: accountId, DisplayName: '', ...counts } };
    },
    ListTopics: async () => ({ Topics: [...arns.values()].map((TopicArn) => ({ TopicArn })) }),
    Publish: async (input) => {
      if (input.PhoneNumber !== undefined) throw invalid('PhoneNumber is not emulated on this machine');
      const topic = findTopic(input.TopicArn ?? input.TargetArn);
      if (!isKeyEnabled(topic)) throw new AwsError('KMSDisabled', 'The key of the topic is disabled.');
      const messageId = randomUUID();
      const attributes = readAttributes(input.MessageAttributes);
      const message = readMessage(input.Message, input.MessageStructure, attributes);
      await onPublish({ messageId, topicArn: topic, subject: readSubject(input.Subject), message, attributes });
      return { MessageId: messageId };
    },
  };

  return {
    signingName: 'sns',
    call: (name, input) => {
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      return operation ? operation(input) : Promise.reject(unknownOperation(name));
    },
  };
};

const invalid = (what: string): AwsError => new AwsError('InvalidParameter', `Invalid parameter: ${what}`);
