import { randomUUID } from 'node:crypto';
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  ListTopicsCommand,
  PublishCommand,
  type PublishCommandInput,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect } from 'vitest';
import { createSns } from '../../lib/emulator/sns/sns.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { contractOf } from './contract.ts';

/** The topics of a deployment are those of its template: elsewhere CreateTopic makes this one. */
const Name = 'gateway-news';
const { clause, clientOptions } = contractOf('sns', () =>
  runEndpoint([createSns({ topics: [Name], onPublish: async () => undefined })]),
);

let client: SNSClient;
let TopicArn: string;
beforeAll(async () => {
  client = new SNSClient(clientOptions());
  TopicArn = (await client.send(new CreateTopicCommand({ Name }))).TopicArn ?? '';
});
afterAll(() => client.destroy());

const publish = (input: Partial<PublishCommandInput>) =>
  client.send(new PublishCommand({ TopicArn, Message: 'text', ...input }));
const invalid = { name: 'InvalidParameterException', $metadata: { httpStatusCode: 400 } };

clause('creating a topic that is there answers its ARN', async () => {
  expect(TopicArn).toMatch(/^arn:aws:sns:us-east-1:\d{12}:gateway-news$/);
  expect((await client.send(new CreateTopicCommand({ Name }))).TopicArn).toBe(TopicArn);
});

clause('a topic is listed, and says whose it is', async () => {
  const { Topics } = await client.send(new ListTopicsCommand({}));
  const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
  expect(Topics).toContainEqual({ TopicArn });
  expect(Attributes).toMatchObject({ TopicArn, Owner: TopicArn.split(':')[4] });
});

clause('each message gets an id of its own', async () => {
  const message = {
    Subject: 'Rotation <held>',
    Message: 'two lines\n& "quotes" <ü>',
    MessageAttributes: { severity: { DataType: 'String', StringValue: 'page' } },
  };
  const ids = [await publish(message), await publish(message)].map(({ MessageId }) => MessageId);
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
});

clause('refuses to publish to a topic that is not there', async () => {
  await expect(publish({ TopicArn: `${TopicArn}-${randomUUID()}` })).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'Topic does not exist',
    $metadata: { httpStatusCode: 404 },
  });
});

clause('refuses an empty message', async () => {
  await expect(publish({ Message: '' })).rejects.toMatchObject(invalid);
});

clause('takes a message of 256 KiB and refuses a longer one', async () => {
  await publish({ Message: 'm'.repeat(262_144) });
  await expect(publish({ Message: 'm'.repeat(262_145) })).rejects.toMatchObject(invalid);
});

clause('takes a subject of less than 100 characters and refuses a longer one', async () => {
  await publish({ Subject: 's'.repeat(99) });
  await expect(publish({ Subject: 's'.repeat(101) })).rejects.toMatchObject(invalid);
});

clause('refuses a subject of two lines', async () => {
  await expect(publish({ Subject: 'a\nb' })).rejects.toMatchObject(invalid);
});

clause('refuses a structured message without a default', async () => {
  await expect(publish({ Message: '{"email":"text"}', MessageStructure: 'json' })).rejects.toMatchObject(invalid);
});
