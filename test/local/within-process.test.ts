import { AsyncLocalStorage } from 'node:async_hooks';
import { CloudFrontClient, GetDistributionConfigCommand } from '@aws-sdk/client-cloudfront';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { itemCallsBy } from '../../lambdas/aws/signed-item-calls.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import type { AnsweredCall } from '../../lib/emulator/endpoint/answers.ts';
import { createSts } from '../../lib/emulator/sts/sts.ts';
import { AwsError, type AwsService } from '../../lib/emulator/wire/service.ts';
import { transportOf } from '../../lib/local/within-process.ts';
import { type Running, runEndpoint } from '../emulator/endpoint/running-endpoint.ts';

const context = new AsyncLocalStorage<string>();

let running: Running;
let called: unknown[];
let answered: AnsweredCall[];
let refused: string | undefined;

/** Stands in for a service: notes what it was asked and in which context, and answers what its operation says. */
const service = (signingName: string): AwsService => ({
  signingName,
  call: async (operation, input, caller) => {
    called.push({ service: signingName, operation, input, caller: caller.name, context: context.getStore() });
    if (operation === 'GetSecretValue' && input.SecretId === 'absent')
      throw new AwsError('ResourceNotFoundException', 'It is not there.');
    if (operation === 'GetSecretValue' && input.SecretId === 'slow') return new Promise(() => undefined);
    if (operation === 'GetSecretValue') return { SecretString: 'value' };
    if (operation === 'Invoke') return { StatusCode: 200, Payload: { got: input.Payload, alias: input.Qualifier } };
    if (operation === 'Publish') return { MessageId: 'message-1' };
    throw new AwsError('NoSuchDistribution', 'There is no such distribution.', 404);
  },
});

beforeEach(async () => {
  [called, answered, refused] = [[], [], undefined];
  const arnOf = (name: string) => `arn:aws:iam::000000000000:user/${name}`;
  running = await runEndpoint(
    ({ newSession }) => [
      ...['secretsmanager', 'lambda', 'sns', 'cloudfront'].map(service),
      createSts({ arnOf, newSession, clock: Date.now }),
    ],
    Date.now,
    (call) => answered.push(call),
    async (_caller, name) => {
      if (name === refused) throw new AwsError('AccessDeniedException', `No ${name}.`);
    },
  );
});
afterEach(() => running.close());

const ways = {
  'by a socket': () => ({ ...running.clientOptions }),
  'within the process': () => ({
    ...clientSettings({
      environment: { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, // nobody listens there
      transport: transportOf(running.endpoint.within, 'operator'),
    }),
    credentials: running.operator,
    maxAttempts: 1,
  }),
};

describe.each(Object.entries(ways))('%s', (_way, settings) => {
  test('each protocol is answered', async () => {
    const given = settings();
    const secrets = new SecretsManagerClient(given);
    expect((await secrets.send(new GetSecretValueCommand({ SecretId: 'here' }))).SecretString).toBe('value');
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: 'absent' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    const invoked = await new LambdaClient(given).send(
      new InvokeCommand({ FunctionName: 'authorize', Qualifier: 'live', Payload: '{"a":"ü"}' }),
    );
    expect(JSON.parse(String(invoked.Payload?.transformToString()))).toEqual({ got: { a: 'ü' }, alias: 'live' });
    const topic = { TopicArn: 'arn:aws:sns:us-east-1:000000000000:t', Message: 'a & b = ü' };
    expect((await new SNSClient(given).send(new PublishCommand(topic))).MessageId).toBe('message-1');
    expect(called.at(-1)).toMatchObject({ service: 'sns', input: topic });
    expect((await new STSClient(given).send(new GetCallerIdentityCommand())).Arn).toMatch(/user\/operator$/);
    await expect(
      new CloudFrontClient(given).send(new GetDistributionConfigCommand({ Id: 'E1' })),
    ).rejects.toMatchObject({ name: 'NoSuchDistribution', $metadata: { httpStatusCode: 404 } });
  });

  test('DynamoDB is answered, and a read sees what was written before it', async () => {
    const dynamodb = new DynamoDBClient(settings());
    await dynamodb.send(
      new CreateTableCommand({
        TableName: 'gateways',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    await vi.waitFor(async () => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'gateways' }));
      expect(Table?.TableStatus).toBe('ACTIVE');
    });
    const Key = { pk: { S: 'orders' } };
    const read = async () =>
      (await dynamodb.send(new GetItemCommand({ TableName: 'gateways', Key, ConsistentRead: true }))).Item?.text?.S;
    expect(await read()).toBeUndefined();
    await dynamodb.send(new PutItemCommand({ TableName: 'gateways', Item: { ...Key, text: { S: 'first ü' } } }));
    expect([await read(), await read()]).toEqual(['first ü', 'first ü']);
    const update = { TableName: 'gateways', Key, UpdateExpression: 'SET #t = :t' };
    const names = { ExpressionAttributeNames: { '#t': 'text' }, ExpressionAttributeValues: { ':t': { S: 'second' } } };
    await expect(
      dynamodb.send(new UpdateItemCommand({ ...update, ...names, ConditionExpression: 'attribute_not_exists(pk)' })),
    ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(await read()).toBe('first ü');
    await dynamodb.send(new UpdateItemCommand({ ...update, ...names }));
    expect([await read(), await read()]).toEqual(['second', 'second']);
  });

  test('who may not make a call is refused, and each call that was answered is told', async () => {
    refused = 'secretsmanager';
    const secrets = new SecretsManagerClient(settings());
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: 'here' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    expect(called).toEqual([]);
    expect(answered).toEqual([
      {
        caller: 'operator',
        service: 'secretsmanager',
        operation: 'GetSecretValue',
        requestBytes: '{"SecretId":"here"}'.length,
        responseBytes: '{"__type":"AccessDeniedException","message":"No secretsmanager."}'.length,
      },
    ]);
  });

  test('a call that is aborted is not waited for', async () => {
    const abort = new AbortController();
    const secrets = new SecretsManagerClient(settings());
    const sent = secrets.send(new GetSecretValueCommand({ SecretId: 'slow' }), { abortSignal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('the call is answered outside of the caller’s asynchronous context', async () => {
    const secrets = new SecretsManagerClient(settings());
    await context.run('a function', () => secrets.send(new GetSecretValueCommand({ SecretId: 'here' })));
    expect(called.at(-1)).toMatchObject({ input: { SecretId: 'here' }, context: undefined });
  });
});

test('what the policy check asks of DynamoDB goes within the process too, and an aborted call ends', async () => {
  const { dynamodb } = transportOf(running.endpoint.within, 'authorize');
  const calls = itemCallsBy(dynamodb);
  const read = { TableName: 'none', Key: { pk: { S: 'orders' } }, ConsistentRead: true } as const;
  await expect(calls.getItem(read)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  expect(answered).toMatchObject([{ caller: 'authorize', service: 'dynamodb', operation: 'GetItem' }]);
  await expect(calls.getItem(read, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  expect(answered).toHaveLength(1);
});
