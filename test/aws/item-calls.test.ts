import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { callDynamoDb } from '../../lambdas/aws/dynamodb.ts';
import { readGateway } from '../../lambdas/aws/gateway-item.ts';
import type { ItemCalls } from '../../lambdas/aws/item-calls.ts';
import { keptPostTo } from '../../lambdas/aws/kept-post.ts';
import { recordUse } from '../../lambdas/aws/record-use.ts';
import { isRegisteredKit } from '../../lambdas/aws/registered-kit.ts';
import { itemCallsOf } from '../../lambdas/aws/sdk-item-calls.ts';
import { signedItemCalls } from '../../lambdas/aws/signed-item-calls.ts';
import type { CredentialId, GatewayId } from '../../lambdas/domain/ids.ts';
import type { Seen } from '../../lambdas/domain/kit.ts';
import { openEmulated } from './emulated.ts';
import { openScripted, type ScriptedAnswer } from './scripted-dynamodb.ts';

const gatewayId = 'orders' as GatewayId;
const credentialId = 'abcdefghij' as CredentialId;
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret-key', sessionToken: 'a-session-token' };

/** Both ways to make the calls: the SDK is the reference for what the policy check does by itself. */
const readers = {
  sdk: (endpoint: string, keys = credentials): ItemCalls =>
    itemCallsOf(new DynamoDBClient({ region: 'us-east-1', endpoint, credentials: keys, maxAttempts: 1 })),
  signed: (endpoint: string, keys = credentials): ItemCalls =>
    signedItemCalls({ region: 'us-east-1', endpoint, keys: () => keys }, keptPostTo, Date.now),
};
type Reader = keyof typeof readers;

describe.each(['sdk', 'signed'] satisfies Reader[])('against a real store, the calls of the reader %s', (name) => {
  let emulated: Awaited<ReturnType<typeof openEmulated>>;
  let calls: ItemCalls;
  beforeAll(async () => {
    emulated = await openEmulated();
    const { endpoint, credentials: keys } = emulated.settings;
    calls = readers[name](endpoint, { sessionToken: '', ...keys });
  });
  afterAll(() => emulated.close());

  test('read a record as it was written, and nothing where none is', async () => {
    const record = JSON.stringify({ gatewayId, revision: 3, text: 'ü "quoted" \\ \n   end' });
    const Item = { pk: { S: 'GATEWAY#orders' }, sk: { S: 'GATEWAY' }, record: { S: record } };
    await emulated.dynamodb.send(new PutItemCommand({ TableName: emulated.table, Item }));
    expect(await readGateway(calls, emulated.table, gatewayId)).toEqual(JSON.parse(record));
    expect(await readGateway(calls, emulated.table, 'absent' as GatewayId)).toBeUndefined();
  });

  test('write a use, say when a place is full, and find a kit that is registered', async () => {
    const from = (address: string): Seen => ({ gatewayId, credentialId, shard: 0, scope: 'kit', source: { address } });
    const wrote: boolean[] = [];
    for (const address of ['203.0.113.5', '203.0.113.5'])
      wrote.push(await recordUse(calls, emulated.table, from(address), 1_000));
    expect(wrote).toEqual([true, true]);
    const condition = { ConditionExpression: 'attribute_exists(pk)', UpdateExpression: 'SET a = :a' };
    const update = { TableName: emulated.table, Key: { pk: { S: 'no' }, sk: { S: 'no' } }, ...condition };
    await expect(
      calls.updateItem({ ...update, ExpressionAttributeValues: { ':a': { S: '1' } } }),
    ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    const asked = { gatewayId, kitId: 'kong-eu', shardCount: 1 };
    const { signal } = new AbortController();
    expect(await isRegisteredKit(calls, emulated.table, asked, signal)).toBe(false);
    const Item = { pk: { S: 'KITS#orders#0' }, sk: { S: 'kong-eu' }, kit: { S: '{}' } };
    await emulated.dynamodb.send(new PutItemCommand({ TableName: emulated.table, Item }));
    expect(await isRegisteredKit(calls, emulated.table, asked, signal)).toBe(true);
  });

  test('name the exception of a table that is not there, and of a key that is none', async () => {
    await expect(readGateway(calls, 'no-table', gatewayId)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const Key = { pk: { S: '' }, sk: { S: 'x' } };
    await expect(calls.getItem({ TableName: emulated.table, Key, ConsistentRead: true })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

const answered = (status: number, type: string, headers?: Readonly<Record<string, string>>): ScriptedAnswer => ({
  status,
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'marked-message' }),
  ...(headers ? { headers } : {}),
});
const items = {
  'every type of a value': {
    ...{ s: { S: 'ü"\\\n' }, n: { N: '-1.50' }, yes: { BOOL: true }, no: { NULL: true }, set: { SS: ['a', 'b'] } },
    ...{ numbers: { NS: ['1'] }, list: { L: [{ S: '' }, { N: '0' }] }, map: { M: { deep: { M: {} } } } },
  },
  'a record': { record: { S: JSON.stringify({ gatewayId, revision: 1 }) } },
};
const refusals: Readonly<Record<string, ScriptedAnswer>> = {
  'a throttled call': answered(400, 'ThrottlingException'),
  'a table that is too busy': answered(400, 'ProvisionedThroughputExceededException'),
  'keys that have expired': answered(400, 'ExpiredTokenException'),
  'keys that nobody knows': answered(400, 'UnrecognizedClientException'),
  'a wrong signature': answered(400, 'InvalidSignatureException'),
  'a missing permission': answered(400, 'AccessDeniedException'),
  'no such table': answered(400, 'ResourceNotFoundException'),
  'a wrong request': answered(400, 'ValidationException'),
  'a lost condition': answered(400, 'ConditionalCheckFailedException'),
  'a conflict with a transaction': answered(400, 'TransactionConflictException'),
  'a request that is too large': answered(413, 'RequestEntityTooLarge'),
  'an error of theirs': answered(500, 'InternalServerError'),
  'an exception that nobody has heard of': answered(400, 'BrandNewException'),
  'a full service, as a page': { status: 503, body: '<html>marked-message</html>' },
  'nothing at all': { status: 503, body: '' },
  'a redirect': { status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } },
  'half of a JSON text': { status: 200, body: '{"Item":{"rec' },
  'a cut connection': 'reset',
  'half an answer': 'half',
};

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});
const scripted = async (answer: Parameters<typeof openScripted>[0]) => {
  const opened = await openScripted(answer);
  close = opened.close;
  return opened;
};

const read = { TableName: 't', Key: { pk: { S: 'a' }, sk: { S: 'b' } }, ConsistentRead: true } as const;
/** What a caller is told: the item; or the class and the text of the error in our words. */
const outcome = (call: Promise<unknown>) =>
  callDynamoDb('Reading', call).then(
    (value) => ({ value }),
    (error: Error) => ({ failed: error.constructor.name, says: error.message, name: (error.cause as Error).name }),
  );

describe('both readers come to the same', () => {
  test.each(Object.entries(items))('with %s', async (_, Item) => {
    const { endpoint } = await scripted(() => ({ status: 200, body: JSON.stringify({ Item }) }));
    for (const name of ['sdk', 'signed'] as const)
      expect(await outcome(readers[name](endpoint).getItem(read)), name).toEqual({ value: Item });
  });

  test.each(Object.entries(refusals))('with %s', async (_, answer) => {
    const { endpoint } = await scripted(() => answer);
    const bySdk = await outcome(readers.sdk(endpoint).getItem(read));
    const signed = await outcome(readers.signed(endpoint).getItem(read));
    expect(bySdk).toHaveProperty('failed');
    expect(signed).toEqual(bySdk);
    expect(JSON.stringify(signed)).not.toContain('marked-message');
  });

  test.each(['sdk', 'signed'] satisfies Reader[])('%s gives up at once when its time is over', async (name) => {
    const { endpoint, counted } = await scripted(() => 'silent');
    const abort = new AbortController();
    const call = outcome(readers[name](endpoint).getItem(read, abort.signal));
    await expect.poll(() => counted.requests).toBe(1);
    abort.abort();
    expect(await call).toMatchObject({ failed: 'TemporarilyUnavailable', name: 'AbortError' });
    expect(await outcome(readers[name](endpoint).getItem(read, abort.signal))).toMatchObject({ name: 'AbortError' });
    expect(counted.requests).toBe(1);
  });

  test.each(['sdk', 'signed'] satisfies Reader[])(
    "%s goes by DynamoDB's clock once its own was refused",
    async (name) => {
      const dates: string[] = [];
      const servedAtMs = Date.now() + 3_600_000;
      const { endpoint } = await scripted(({ headers }) => {
        const at = String(headers['x-amz-date']);
        dates.push(at);
        const sentAtMs = Date.parse(at.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
        const date = { date: new Date(servedAtMs).toUTCString() };
        if (Math.abs(sentAtMs - servedAtMs) > 300_000) return answered(400, 'InvalidSignatureException', date);
        return { status: 200, body: '{}', headers: date };
      });
      const calls = readers[name](endpoint);
      expect(await outcome(calls.getItem(read))).toMatchObject({ name: 'InvalidSignatureException' });
      expect(await outcome(calls.getItem(read))).toEqual({ value: undefined });
      expect(dates).toHaveLength(2);
    },
  );

  test.each(['sdk', 'signed'] satisfies Reader[])('%s asks over one connection', async (name) => {
    const { endpoint, counted } = await scripted(() => ({ status: 200, body: '{}' }));
    const calls = readers[name](endpoint);
    for (let done = 0; done < 20; done++) await calls.getItem(read);
    expect(counted).toEqual({ requests: 20, connections: 1 });
  });
});

test('the signed reader asks with the keys that the environment has now, and not at all without any', async () => {
  const seen: unknown[] = [];
  const { endpoint } = await scripted(({ headers }) => {
    seen.push([String(headers.authorization).slice(0, 38), headers['x-amz-security-token']]);
    return { status: 200, body: '{}' };
  });
  const access: { credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } } = {};
  const calls = signedItemCalls(
    { region: 'us-east-1', endpoint, keys: () => access.credentials },
    keptPostTo,
    Date.now,
  );
  expect(await outcome(calls.getItem(read))).toMatchObject({ name: 'CredentialsProviderError' });
  for (const n of [1, 2]) {
    access.credentials = { accessKeyId: `AKID${n}`, secretAccessKey: `k${n}`, sessionToken: `t${n}` };
    await calls.getItem(read);
  }
  expect(seen).toEqual([
    [`AWS4-HMAC-SHA256 Credential=AKID1/${new Date().toISOString().slice(0, 4)}`, 't1'],
    [`AWS4-HMAC-SHA256 Credential=AKID2/${new Date().toISOString().slice(0, 4)}`, 't2'],
  ]);
});
