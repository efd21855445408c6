import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { OwnerMessage } from '../domain/kit.ts';
import { callAws, services } from './sdk-errors.ts';

/** SNS takes subjects of less than 100 characters. */
const longestSubject = 99;

/** Publishes to the owners' topic; `owner` and `severity` are attributes, so that subscriptions can filter on them. */
export const notifyOwnersOn =
  (sns: SNSClient, topicArn: string) =>
  async ({ owner, subject, text, severity = 'instruction', ...more }: OwnerMessage): Promise<void> => {
    const attributes = { owner, severity, ...more };
    const publish = new PublishCommand({
      TopicArn: topicArn,
      Subject: subject.slice(0, longestSubject),
      Message: text,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, text]) => [name, { DataType: 'String', StringValue: text }]),
      ),
    });
    await callAws(services.sns, `Telling ${owner}`, sns.send(publish));
  };
