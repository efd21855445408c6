import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { TemporarilyUnavailable } from '../domain/failure.ts';

/** A message to the owner of a kit: what happened, what to do, by when; never a value. */
export type OwnerMessage = {
  readonly owner: string;
  readonly subject: string;
  readonly text: string;
  readonly gatewayId: string;
  readonly kitId: string;
  readonly credentialId: string;
  /** How urgent it is, for subscriptions to filter on; without it, `instruction`. */
  readonly severity?: 'instruction' | 'reminder' | 'escalation' | 'deadline' | 'page';
};

/** SNS takes subjects of less than 100 characters. */
const longestSubject = 99;

/** Publishes to the owners' topic; `owner` and `severity` are attributes, so that subscriptions can filter on them. */
export const notifyOwnersOn =
  (sns: SNSClient, topicArn: string) =>
  async ({ owner, subject, text, severity = 'instruction', ...ids }: OwnerMessage): Promise<void> => {
    const attributes = { owner, severity, ...ids };
    await sns
      .send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: subject.slice(0, longestSubject),
          Message: text,
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, text]) => [name, { DataType: 'String', StringValue: text }]),
          ),
        }),
      )
      .catch((cause: unknown) => {
        throw new TemporarilyUnavailable(`Telling ${owner}: SNS did not take the message.`, { cause });
      });
  };
