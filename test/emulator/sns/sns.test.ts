import { CreateTopicCommand, PublishBatchCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSns, type PublishedMessage } from '../../../lib/emulator/sns/sns.ts';
import { type Running, runEndpoint } from '../endpoint/running-endpoint.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:gateway-news';

// What holds on AWS too is in test/conformance/sns.test.ts; here is what the listener sees.

let running: Running;
let client: SNSClient;
let published: PublishedMessage[];

beforeEach(async () => {
  published = [];
  const onPublish = async (message: PublishedMessage) => {
    if (message.message === 'fail') throw new Error('the listener is down');
    published.push(message);
  };
  running = await runEndpoint([createSns({ topics: ['gateway-news'], onPublish })]);
  client = new SNSClient(running.clientOptions);
});

afterEach(async () => {
  client.destroy();
  await running.close();
});

test('a message reaches the listener as it was published', async () => {
  const { MessageId } = await client.send(
    new PublishCommand({
      TopicArn: TOPIC,
      Subject: 'Rotation <held>',
      Message: 'two lines\n& "quotes" <ü>',
      MessageAttributes: { gatewayId: { DataType: 'String', StringValue: 'gw-1' } },
    }),
  );

  expect(published).toEqual([
    {
      messageId: MessageId,
      topicArn: TOPIC,
      subject: 'Rotation <held>',
      message: 'two lines\n& "quotes" <ü>',
      attributes: { gatewayId: { DataType: 'String', StringValue: 'gw-1' } },
    },
  ]);
});

test('refuses to make a topic that is not of the deployment', async () => {
  await expect(client.send(new CreateTopicCommand({ Name: 'other' }))).rejects.toMatchObject({
    name: 'AuthorizationErrorException',
    $metadata: { httpStatusCode: 403 },
  });
});

test('a listener that fails is an internal failure, with nothing of the message in it', async () => {
  await expect(client.send(new PublishCommand({ TopicArn: TOPIC, Message: 'fail' }))).rejects.toMatchObject({
    name: 'InternalFailure',
    message: 'An internal error occurred.',
    $metadata: { httpStatusCode: 500 },
  });
});

test('refuses an action that is not emulated', async () => {
  const batch = new PublishBatchCommand({
    TopicArn: TOPIC,
    PublishBatchRequestEntries: [{ Id: '1', Message: 'text' }],
  });

  await expect(client.send(batch)).rejects.toMatchObject({ name: 'InvalidAction' });
});
