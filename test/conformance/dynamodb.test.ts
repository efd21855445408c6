import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  BatchGetItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect } from 'vitest';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { contractOf } from './contract.ts';

const { clause, clientOptions } = contractOf('dynamodb', () => runEndpoint());

const TableName = `table-${randomUUID()}`;
const IndexName = 'by-list';
let client: DynamoDBClient;

const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
const keys = (hash: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: 'sk', KeyType: 'RANGE' as const },
];
const table = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST' as const,
  AttributeDefinitions: [text('pk'), text('sk'), text('list')],
  KeySchema: keys('pk'),
  GlobalSecondaryIndexes: [
    { IndexName, KeySchema: keys('list'), Projection: { ProjectionType: 'KEYS_ONLY' as const } },
  ],
};

beforeAll(async () => {
  client = new DynamoDBClient(clientOptions());
  await client.send(new CreateTableCommand(table));
  const status = async () => (await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus;
  while ((await status()) !== 'ACTIVE') await pause(20);
});
afterAll(() => client.destroy());

const keyOf = (pk: string, sk = '-') => ({ pk: { S: pk }, sk: { S: sk } });
const put = (item: Record<string, unknown>, more: Partial<PutItemCommandInput> = {}) =>
  client.send(new PutItemCommand({ TableName, Item: item as PutItemCommandInput['Item'], ...more }));
const get = async (pk: string, sk?: string) =>
  (await client.send(new GetItemCommand({ TableName, Key: keyOf(pk, sk), ConsistentRead: true }))).Item;
const update = (pk: string, more: Partial<UpdateItemCommandInput>) =>
  client.send(new UpdateItemCommand({ TableName, Key: keyOf(pk), ...more }));
const query = (more: Partial<QueryCommandInput>) => client.send(new QueryCommand({ TableName, ...more }));
const ofPartition = (pk: string, more: Partial<QueryCommandInput> = {}) =>
  query({
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: pk } },
    ...more,
  });
const sorted = ({ Items = [] }: { Items?: Record<string, { S?: string }>[] | undefined }) =>
  Items.map((item) => item.sk?.S);
const refused = { name: 'ConditionalCheckFailedException', $metadata: { httpStatusCode: 400 } };
const invalid = { name: 'ValidationException', $metadata: { httpStatusCode: 400 } };

clause('a put item is read back whole by a consistent read, and one that is not there is no item', async () => {
  const item = {
    ...keyOf('whole'),
    n: { N: '7' },
    yes: { BOOL: true },
    nothing: { NULL: true },
    list: { S: 'l' },
    deep: { M: { a: { L: [{ S: 'ü "quoted" \n' }, { N: '-1.5' }] } } },
    bytes: { B: new Uint8Array([0, 255]) },
    set: { SS: ['a'] },
    empty: { S: '' },
  };
  await put(item);
  expect(await get('whole')).toEqual(item);
  expect(await get('absent')).toBeUndefined();
});

clause('a put replaces the whole item', async () => {
  await put({ ...keyOf('replaced'), a: { S: '1' } });
  await put({ ...keyOf('replaced'), b: { S: '2' } });
  expect(await get('replaced')).toEqual({ ...keyOf('replaced'), b: { S: '2' } });
});

clause('a projection answers the named attributes only, and a reserved word needs a placeholder', async () => {
  await put({ ...keyOf('projected'), record: { S: '{}' }, list: { S: 'l' } });
  const read = (more: object) => client.send(new GetItemCommand({ TableName, Key: keyOf('projected'), ...more }));
  const named = {
    ProjectionExpression: '#record, #list',
    ExpressionAttributeNames: { '#record': 'record', '#list': 'list' },
  };
  expect((await read(named)).Item).toEqual({ record: { S: '{}' }, list: { S: 'l' } });
  await expect(read({ ProjectionExpression: 'list' })).rejects.toMatchObject(invalid);
});

clause('attribute_not_exists lets the first put through and no other', async () => {
  const first = { ConditionExpression: 'attribute_not_exists(pk)' };
  await put({ ...keyOf('first'), a: { S: '1' } }, first);
  await expect(put({ ...keyOf('first'), a: { S: '2' } }, first)).rejects.toMatchObject(refused);
  expect(await get('first')).toMatchObject({ a: { S: '1' } });
});

clause('of many puts on one revision, one goes through', async () => {
  await put({ ...keyOf('revision'), revision: { N: '1' } });
  const writes = Array.from({ length: 8 }, (_, index) =>
    put(
      { ...keyOf('revision'), revision: { N: '2' }, by: { N: `${index}` } },
      { ConditionExpression: 'revision = :revision', ExpressionAttributeValues: { ':revision': { N: '1' } } },
    ).then(
      () => 'done',
      (error: Error) => error.name,
    ),
  );
  const ends = await Promise.all(writes);
  expect(ends.filter((end) => end === 'done')).toHaveLength(1);
  expect(new Set(ends)).toEqual(new Set(['done', 'ConditionalCheckFailedException']));
});

clause('a refused write answers the item that was there when it is asked to', async () => {
  const item = { ...keyOf('shown'), a: { S: '1' } };
  await put(item);
  const write = put(item, {
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  await expect(write).rejects.toMatchObject({ ...refused, Item: item });
});

clause('an update makes the item that is not there', async () => {
  await update('made', { UpdateExpression: 'SET a = :a', ExpressionAttributeValues: { ':a': { S: '1' } } });
  expect(await get('made')).toEqual({ ...keyOf('made'), a: { S: '1' } });
});

clause('an update sets, keeps the earlier with if_not_exists, and removes, in one write', async () => {
  await put({ ...keyOf('updated'), first: { N: '1' }, gone: { S: 'x' }, other: { S: 'stays' } });
  await update('updated', {
    UpdateExpression: 'SET #first = if_not_exists(#first, :now), #last = :now REMOVE gone, absent',
    ExpressionAttributeNames: { '#first': 'first', '#last': 'last' },
    ExpressionAttributeValues: { ':now': { N: '9' } },
  });
  const expected = { ...keyOf('updated'), first: { N: '1' }, last: { N: '9' }, other: { S: 'stays' } };
  expect(await get('updated')).toEqual(expected);
});

clause('an update whose condition does not hold changes nothing and makes nothing', async () => {
  const conditional = {
    UpdateExpression: 'SET a = :a',
    ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(generation) OR generation <= :generation)',
    ExpressionAttributeValues: { ':a': { S: '2' }, ':generation': { N: '3' } },
  };
  await expect(update('conditional', conditional)).rejects.toMatchObject(refused);
  expect(await get('conditional')).toBeUndefined();
  await put(keyOf('conditional'));
  await update('conditional', conditional);
  await put({ ...keyOf('conditional'), generation: { N: '4' } });
  await expect(update('conditional', conditional)).rejects.toMatchObject(refused);
  await put({ ...keyOf('conditional'), generation: { N: '3' } });
  await update('conditional', conditional);
  expect(await get('conditional')).toMatchObject({ a: { S: '2' } });
});

clause('refuses values and names that no expression uses, and expressions of what is not given', async () => {
  const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
  const item = keyOf('unused');
  const unusedValue = () => put(item, { ...condition, ExpressionAttributeValues: { ':x': { S: '1' } } });
  const unusedName = () => put(item, { ...condition, ExpressionAttributeNames: { '#x': 'x' } });
  const missing = () => put(item, { ConditionExpression: 'revision = :revision' });
  for (const write of [unusedValue, unusedName, missing]) await expect(write()).rejects.toMatchObject(invalid);
  expect(await get('unused')).toBeUndefined();
});

clause('refuses to update a key, an item without its key, and an empty key', async () => {
  const ofKey = () =>
    update('key', { UpdateExpression: 'SET sk = :a', ExpressionAttributeValues: { ':a': { S: '1' } } });
  const without = () => put({ pk: { S: 'key' } });
  const empty = () => put(keyOf('key', ''));
  const number = () => put({ pk: { N: '1' }, sk: { S: '-' } });
  for (const write of [ofKey, without, empty, number]) await expect(write()).rejects.toMatchObject(invalid);
});

clause('refuses an item of more than 400 KB', async () => {
  await expect(put({ ...keyOf('large'), a: { S: 'x'.repeat(400 * 1024) } })).rejects.toMatchObject(invalid);
});

clause('numbers keep 38 digits and are told apart by value', async () => {
  await put({ ...keyOf('number'), n: { N: '12345678901234567890123456789012345678' } });
  expect(await get('number')).toMatchObject({ n: { N: '12345678901234567890123456789012345678' } });
  const same = { ConditionExpression: 'n = :n', ExpressionAttributeValues: { ':n': { N: '1.0' } } };
  await put({ ...keyOf('number'), n: { N: '1' } });
  await put(keyOf('number'), same);
});

clause('a query answers one partition in the order of its sort keys, or backwards', async () => {
  for (const sk of ['b', 'a', 'B', 'ä', 'a#1', '']) if (sk) await put(keyOf('ordered', sk));
  await put(keyOf('ordered-not', 'a'));
  const upwards = ['B', 'a', 'a#1', 'b', 'ä'];
  expect(sorted(await ofPartition('ordered'))).toEqual(upwards);
  expect(sorted(await ofPartition('ordered', { ScanIndexForward: false }))).toEqual(upwards.toReversed());
});

clause('a query takes a range of sort keys', async () => {
  for (const sk of ['0009', '0010', '0011', '1']) await put(keyOf('range', sk));
  const range = (condition: string, values: object) =>
    ofPartition('range', {
      KeyConditionExpression: `pk = :pk AND ${condition}`,
      ExpressionAttributeValues: { ':pk': { S: 'range' }, ...values },
    });
  expect(sorted(await range('sk >= :from', { ':from': { S: '0010' } }))).toEqual(['0010', '0011', '1']);
  const between = range('sk BETWEEN :from AND :to', { ':from': { S: '0009' }, ':to': { S: '0010' } });
  expect(sorted(await between)).toEqual(['0009', '0010']);
  expect(sorted(await range('begins_with(sk, :from)', { ':from': { S: '00' } }))).toEqual(['0009', '0010', '0011']);
});

clause('a query goes on after its limit where it stopped, to the end', async () => {
  for (let at = 0; at < 5; at++) await put(keyOf('paged', `${at}`));
  const pages: unknown[] = [];
  let startKey: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page = await ofPartition('paged', { Limit: 2, ...(startKey ? { ExclusiveStartKey: startKey } : {}) });
    pages.push(sorted(page));
    startKey = page.LastEvaluatedKey;
  } while (startKey);
  expect(pages).toEqual([['0', '1'], ['2', '3'], ['4']]);
});

clause('a query answers 1 MB at most at once', async () => {
  for (let at = 0; at < 4; at++) await put({ ...keyOf('heavy', `${at}`), a: { S: 'x'.repeat(390_000) } });
  const first = await ofPartition('heavy');
  expect(first.Items?.length).toBeLessThan(4);
  expect(first.LastEvaluatedKey).toBeDefined();
  const rest = await ofPartition('heavy', { ExclusiveStartKey: first.LastEvaluatedKey });
  expect([...sorted(first), ...sorted(rest)]).toEqual(['0', '1', '2', '3']);
});

const ofList = (list: string, more: Partial<QueryCommandInput> = {}) =>
  query({
    IndexName,
    KeyConditionExpression: '#list = :list',
    ExpressionAttributeNames: { '#list': 'list' },
    ExpressionAttributeValues: { ':list': { S: list } },
    ...more,
  });

clause('a sparse index holds the keys of the items that have its attribute, and no others', async () => {
  await put({ ...keyOf('in', '1'), list: { S: 'sparse' }, more: { S: 'x' } });
  await put({ ...keyOf('out', '2'), more: { S: 'x' } });
  await put({ ...keyOf('left', '3'), list: { S: 'sparse' } });
  await client.send(
    new UpdateItemCommand({
      TableName,
      Key: keyOf('left', '3'),
      UpdateExpression: 'REMOVE #list',
      ExpressionAttributeNames: { '#list': 'list' },
    }),
  );
  const { Items } = await ofList('sparse');
  expect(Items).toEqual([{ ...keyOf('in', '1'), list: { S: 'sparse' } }]);
});

clause('refuses a consistent read of an index, and a query of an index that is not there', async () => {
  await expect(ofList('sparse', { ConsistentRead: true })).rejects.toMatchObject(invalid);
  await expect(ofList('sparse', { IndexName: 'absent' })).rejects.toMatchObject(invalid);
});

clause('a batch answers the items that are there, and only the projected attributes', async () => {
  for (const pk of ['batch-1', 'batch-2']) await put({ ...keyOf(pk), record: { S: pk }, more: { S: 'x' } });
  const { Responses, UnprocessedKeys } = await client.send(
    new BatchGetItemCommand({
      RequestItems: {
        [TableName]: {
          Keys: ['batch-1', 'batch-2', 'batch-3'].map((pk) => keyOf(pk)),
          ProjectionExpression: '#record',
          ExpressionAttributeNames: { '#record': 'record' },
        },
      },
    }),
  );
  expect(Responses?.[TableName]?.map(({ record }) => record?.S).sort()).toEqual(['batch-1', 'batch-2']);
  expect(Responses?.[TableName]?.[0]).not.toHaveProperty('more');
  expect(UnprocessedKeys).toEqual({});
});

clause('refuses a batch of more than 100 keys, and one that names a key twice', async () => {
  const batch = (Keys: ReturnType<typeof keyOf>[]) =>
    client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
  const tooMany = () => batch(Array.from({ length: 101 }, (_, at) => keyOf(`${at}`)));
  const twice = () => batch([keyOf('a'), keyOf('a')]);
  for (const read of [tooMany, twice]) await expect(read()).rejects.toMatchObject(invalid);
});

clause('a table says its keys, its index and that it is paid by request', async () => {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  expect(Table).toMatchObject({
    TableName,
    TableStatus: 'ACTIVE',
    KeySchema: table.KeySchema,
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    GlobalSecondaryIndexes: [{ IndexName, IndexStatus: 'ACTIVE', Projection: { ProjectionType: 'KEYS_ONLY' } }],
  });
  expect(Table?.TableArn).toMatch(new RegExp(`^arn:aws:dynamodb:[a-z0-9-]+:\\d{12}:table/${TableName}$`));
  expect((await client.send(new ListTablesCommand({}))).TableNames).toContain(TableName);
});

clause('refuses a second table of the same name, and every use of one that is not there', async () => {
  await expect(client.send(new CreateTableCommand(table))).rejects.toMatchObject({ name: 'ResourceInUseException' });
  const missing = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } };
  const absent = { TableName: 'absent' };
  await expect(client.send(new DescribeTableCommand(absent))).rejects.toMatchObject(missing);
  await expect(client.send(new GetItemCommand({ ...absent, Key: keyOf('a') }))).rejects.toMatchObject(missing);
  await expect(put(keyOf('a'), absent)).rejects.toMatchObject(missing);
});
