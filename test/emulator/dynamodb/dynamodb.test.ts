import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateContinuousBackupsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDynamoDb } from '../../../lib/emulator/dynamodb/dynamodb.ts';
import { startEndpoint } from '../../../lib/emulator/endpoint/endpoint.ts';
import { type Running, runEndpoint } from '../endpoint/running-endpoint.ts';

const table = {
  TableName: 'gateways',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
} as const;

let running: Running;
let client: DynamoDBClient;

beforeEach(async () => {
  running = await runEndpoint();
  client = new DynamoDBClient(running.clientOptions);
});

afterEach(async () => {
  client.destroy();
  await running.close();
});

const createTable = async (through: DynamoDBClient) => {
  await through.send(
    new CreateTableCommand({
      ...table,
      AttributeDefinitions: [...table.AttributeDefinitions],
      KeySchema: [...table.KeySchema],
    }),
  );
  const describe = () => through.send(new DescribeTableCommand({ TableName: table.TableName }));
  while ((await describe()).Table?.TableStatus !== 'ACTIVE');
};

test('an item is read back with a consistent read', async () => {
  await createTable(client);
  await client.send(new PutItemCommand({ TableName: 'gateways', Item: { id: { S: 'gw-1' }, revision: { N: '7' } } }));

  const { Item } = await client.send(
    new GetItemCommand({ TableName: 'gateways', Key: { id: { S: 'gw-1' } }, ConsistentRead: true }),
  );

  expect(Item).toEqual({ id: { S: 'gw-1' }, revision: { N: '7' } });
});

test('refuses a conditional write whose condition does not hold, under the name that AWS gives it', async () => {
  await createTable(client);

  const write = client.send(
    new UpdateItemCommand({
      TableName: 'gateways',
      Key: { id: { S: 'gw-1' } },
      UpdateExpression: 'SET revision = :new',
      ConditionExpression: 'revision = :old',
      ExpressionAttributeValues: { ':new': { N: '2' }, ':old': { N: '1' } },
    }),
  );

  await expect(write).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    $metadata: { httpStatusCode: 400 },
  });
});

test('refuses what dynalite does not emulate with UnknownOperationException', async () => {
  const backups = client.send(
    new UpdateContinuousBackupsCommand({
      TableName: 'gateways',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );

  await expect(backups).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

test('refuses to describe what a missing table would do', async () => {
  await expect(client.send(new DescribeTimeToLiveCommand({ TableName: 'absent' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('tables name the account and region of the deployment, whatever the environment says', async () => {
  await createTable(client);

  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'gateways' }));

  expect(Table?.TableArn).toBe('arn:aws:dynamodb:us-east-1:000000000000:table/gateways');
});

test('what was written in a folder is there after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  const open = async () => {
    const dynamoDb = await openDynamoDb(folder);
    const endpoint = await startEndpoint({
      address: '127.0.0.1',
      port: 0,
      keys: running.keys,
      dynamoDb,
      services: [],
      clock: Date.now,
      checkAccess: async () => undefined,
      arnOf: (name) => name,
    });
    const through = new DynamoDBClient({ ...running.clientOptions, endpoint: endpoint.url });
    const close = async () => {
      through.destroy();
      await endpoint.close();
      await dynamoDb.close();
    };
    return { through, close };
  };
  const first = await open();
  await createTable(first.through);
  await first.through.send(new PutItemCommand({ TableName: 'gateways', Item: { id: { S: 'gw-1' } } }));
  await expect(openDynamoDb(folder)).rejects.toThrow();
  await first.close();

  const second = await open();
  const { Item } = await second.through.send(
    new GetItemCommand({ TableName: 'gateways', Key: { id: { S: 'gw-1' } }, ConsistentRead: true }),
  );
  await second.close();
  rmSync(folder, { recursive: true });

  expect(Item).toEqual({ id: { S: 'gw-1' } });
});

test('who still asks when the store is being closed is refused, and the process goes on', async () => {
  const dynamoDb = await openDynamoDb(undefined);
  const query = {
    method: 'POST',
    target: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.ListTables' },
    body: Buffer.from('{}'),
  };
  expect(await dynamoDb.answer(query)).toMatchObject({ status: 200, body: '{"TableNames":[]}' });
  const closing = dynamoDb.close();
  await expect(dynamoDb.answer(query)).rejects.toMatchObject({ name: 'ServiceUnavailable', status: 503 });
  await closing;
  await expect(dynamoDb.answer(query)).rejects.toMatchObject({ name: 'ServiceUnavailable' });
});
