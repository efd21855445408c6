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
};

/** Publishes to the owners' topic; `owner` is an attribute, so that subscriptions can filter on it. */
export const notifyOwnersOn =
  (sns: SNSClient, topicArn: string) =>
  async ({ owner, subject, text, ...ids }: OwnerMessage): Promise<void> => {
    const attributes = { owner, ...ids };
    await sns
      .send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: subject.slice(0, 100),
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
