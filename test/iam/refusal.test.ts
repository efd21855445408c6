import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDynamoDb } from '../../lib/emulator/dynamodb/dynamodb.ts';
import { startEndpoint } from '../../lib/emulator/endpoint/endpoint.ts';
import { type AccessKey, createKeys, OPERATOR } from '../../lib/emulator/wire/keys.ts';
import type { AwsService } from '../../lib/emulator/wire/service.ts';
import { accessOf } from './evaluation/access.ts';
import { grantsIn } from './evaluation/grants.ts';

const here = 'us-east-1:000000000000';
const session = 'arn:aws:sts::000000000000:assumed-role/Reader/reader';
const readerMayDo = {
  Statement: [
    { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: `arn:aws:dynamodb:${here}:table/gateways` },
    {
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: `arn:aws:secretsmanager:${here}:secret:*`,
      Condition: { StringEquals: { 'aws:ResourceTag/gateway-credential-rotation': 'orders' } },
    },
    { Effect: 'Allow', Action: 'sns:Publish', Resource: `arn:aws:sns:${here}:encrypted` },
    { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: `arn:aws:lambda:${here}:function:open` },
  ],
};
const detector = 'arn:aws:iam::111111111111:role/detector';
const busPolicy = {
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: detector },
      Action: 'events:PutEvents',
      Resource: `arn:aws:events:${here}:event-bus/button`,
      Condition: { StringEquals: { 'events:detail-type': 'Pressed' } },
    },
  ],
};
const closedTopic = {
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sns:Publish', Resource: `arn:aws:sns:${here}:closed` }],
};
const keyPolicy = {
  Statement: [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'kms:*', Resource: '*' },
  ],
};
const key = `arn:aws:kms:${here}:key/topics`;
const tagOf: Record<string, string> = { 'kits/ours': 'orders', 'kits/other': 'other' };

/** Answers every call, so that what is refused was refused by the policies. */
const answering = (signingName: string): AwsService => ({
  signingName,
  call: async () => ({ StatusCode: 200, FailedEntryCount: 0, Entries: [], executionArn: '', startDate: 0 }),
});

const keys = createKeys(undefined, { region: 'us-east-1', endpointUrl: 'http://127.0.0.1' });
let close: () => Promise<void>;
let clientOf: <Client>(
  Type: new (settings: { endpoint: string; region: string; maxAttempts: number; credentials: AccessKey }) => Client,
  caller?: string,
) => Client;

beforeAll(async () => {
  const { check } = accessOf({
    policies: {
      roles: new Map([['reader', { name: 'Reader', grants: grantsIn('Reader', readerMayDo) }]]),
      people: new Map(),
      ofResources: new Map([
        [`arn:aws:events:${here}:event-bus/button`, grantsIn('button', busPolicy)],
        [`arn:aws:sns:${here}:closed`, grantsIn('closed', closedTopic)],
        [key, grantsIn('key', keyPolicy)],
      ]),
      keysOfTopics: new Map([[`arn:aws:sns:${here}:encrypted`, key]]),
    },
    secretsKey: undefined,
    secretOf: (secretId) => ({
      arn: `arn:aws:secretsmanager:${here}:secret:${secretId}-AbCdEf`,
      tags: [{ Key: 'gateway-credential-rotation', Value: tagOf[secretId] ?? '' }],
      functionArn: undefined,
    }),
    onDecision: () => undefined,
  });
  const dynamoDb = await openDynamoDb(undefined);
  const services = ['secretsmanager', 'states', 'lambda', 'sns', 'events'].map(answering);
  const options = { address: '127.0.0.1', port: 0, keys, dynamoDb, services, clock: Date.now };
  const endpoint = await startEndpoint({ ...options, checkAccess: check, arnOf: (name) => name });
  clientOf = (Type, caller = 'reader') =>
    new Type({ endpoint: endpoint.url, region: 'us-east-1', maxAttempts: 1, credentials: keys.keyOf(caller) });
  close = async () => {
    await endpoint.close();
    await dynamoDb.close();
    keys.close();
  };
});
afterAll(() => close());

const refusalOf = (call: Promise<unknown>): Promise<unknown[]> =>
  call.then(
    () => ['allowed'],
    (error) => [error.name, error.$metadata.httpStatusCode, error.message],
  );
const no = (action: string, resource: string) =>
  `User: ${session} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;

describe('What a role does not allow is refused as AWS refuses it by', () => {
  test('DynamoDB: another table, another operation, an index', async () => {
    const client = clientOf(DynamoDBClient);
    const Key = { pk: { S: 'a' } };
    const query = { KeyConditionExpression: 'pk = :a', ExpressionAttributeValues: { ':a': { S: 'a' } } };

    expect([
      await refusalOf(client.send(new GetItemCommand({ TableName: 'gateways', Key }))),
      await refusalOf(client.send(new GetItemCommand({ TableName: 'use', Key }))),
      await refusalOf(client.send(new QueryCommand({ TableName: 'gateways', IndexName: 'by-list', ...query }))),
    ]).toEqual([
      ['ResourceNotFoundException', 400, 'Requested resource not found'], // DynamoDB itself answers what is allowed
      ['AccessDeniedException', 400, no('dynamodb:GetItem', `arn:aws:dynamodb:${here}:table/use`)],
      ['AccessDeniedException', 400, no('dynamodb:Query', `arn:aws:dynamodb:${here}:table/gateways/index/by-list`)],
    ]);
    client.destroy();
  });

  test('Secrets Manager: a secret whose owner has not let us in by its tag', async () => {
    const client = clientOf(SecretsManagerClient);
    const read = (SecretId: string) => refusalOf(client.send(new GetSecretValueCommand({ SecretId })));
    const other = `arn:aws:secretsmanager:${here}:secret:kits/other-AbCdEf`;

    expect([await read('kits/ours'), await read('kits/other')]).toEqual([
      ['allowed'],
      ['AccessDeniedException', 400, no('secretsmanager:GetSecretValue', other)],
    ]);
    client.destroy();
  });

  test('Step Functions', async () => {
    const client = clientOf(SFNClient);
    const stateMachineArn = `arn:aws:states:${here}:stateMachine:rotation`;

    expect(await refusalOf(client.send(new StartExecutionCommand({ stateMachineArn })))).toEqual([
      'AccessDeniedException',
      400,
      no('states:StartExecution', stateMachineArn),
    ]);
    client.destroy();
  });

  test('Lambda, with 403', async () => {
    const client = clientOf(LambdaClient);
    const invoke = (FunctionName: string) => refusalOf(client.send(new InvokeCommand({ FunctionName })));

    expect([await invoke('open'), await invoke('other')]).toEqual([
      ['allowed'],
      ['AccessDeniedException', 403, no('lambda:InvokeFunction', `arn:aws:lambda:${here}:function:other`)],
    ]);
    client.destroy();
  });

  test('SNS, under its own name, for the key of an encrypted topic too, and by the policy of the topic', async () => {
    const reader = clientOf(SNSClient);
    const operator = clientOf(SNSClient, OPERATOR);
    const publish = (client: SNSClient, topic: string) =>
      refusalOf(client.send(new PublishCommand({ TopicArn: `arn:aws:sns:${here}:${topic}`, Message: 'x' })));

    expect([
      await publish(reader, 'other'),
      await publish(reader, 'encrypted'),
      await publish(operator, 'closed'),
    ]).toEqual([
      ['AuthorizationErrorException', 403, no('sns:Publish', `arn:aws:sns:${here}:other`)],
      ['KMSAccessDeniedException', 400, no('kms:GenerateDataKey', key)],
      [
        'AuthorizationErrorException',
        403,
        `User: arn:aws:iam::000000000000:user/operator is not authorized to perform: sns:Publish on resource: arn:aws:sns:${here}:closed with an explicit deny in a resource-based policy`,
      ],
    ]);
    reader.destroy();
    operator.destroy();
  });

  test('EventBridge: another account sends what the policy of the bus says, and nothing else', async () => {
    const client = clientOf(EventBridgeClient, detector);
    const put = (EventBusName: string, DetailType: string) =>
      refusalOf(
        client.send(new PutEventsCommand({ Entries: [{ EventBusName, DetailType, Source: 'a', Detail: '{}' }] })),
      );

    expect([
      await put('button', 'Pressed'),
      (await put('button', 'Other'))[0],
      (await put('default', 'Pressed'))[0],
    ]).toEqual([['allowed'], 'AccessDeniedException', 'AccessDeniedException']);
    client.destroy();
  });
});

test('a caller without a role may call nothing, and the operator everything', async () => {
  const [nobody, operator] = [clientOf(LambdaClient, 'nobody'), clientOf(LambdaClient, OPERATOR)];
  const invoke = new InvokeCommand({ FunctionName: 'open' });

  expect((await refusalOf(nobody.send(invoke)))[0]).toBe('AccessDeniedException');
  expect(await refusalOf(operator.send(invoke))).toEqual(['allowed']);
  nobody.destroy();
  operator.destroy();
});
