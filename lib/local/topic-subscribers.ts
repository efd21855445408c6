import { resourcesOf, type Template } from '../emulator/cloudformation/template.ts';
import type { PublishedMessage } from '../emulator/sns/sns.ts';

/** The functions that subscribe to topics of the template, by the ARN of the topic. */
export const subscribersOf = (
  template: Template,
  resolve: (value: unknown) => unknown,
): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const { Properties } of resourcesOf(template, 'AWS::SNS::Subscription')) {
    if (Properties?.Protocol !== 'lambda') continue;
    const topicArn = String(resolve(Properties.TopicArn));
    found.set(topicArn, [...(found.get(topicArn) ?? []), String(resolve(Properties.Endpoint))]);
  }
  return found;
};

/** The event by which SNS hands a message to a function ("Invoking Lambda functions with Amazon SNS notifications"). */
export const snsEventOf = (
  { messageId, topicArn, subject, message, attributes }: PublishedMessage,
  atMs: number,
): object => ({
  Records: [
    {
      EventVersion: '1.0',
      EventSource: 'aws:sns',
      Sns: {
        Type: 'Notification',
        MessageId: messageId,
        TopicArn: topicArn,
        Subject: subject ?? null,
        Message: message,
        Timestamp: new Date(atMs).toISOString(),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, given]) => {
            const { DataType, StringValue, BinaryValue } = Object(given) as Record<string, unknown>;
            return [name, { Type: DataType, Value: StringValue ?? BinaryValue }];
          }),
        ),
      },
    },
  ],
});
