import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../../lambdas/authorize.ts';
import { openScripted } from '../aws/scripted-dynamodb.ts';
import { goneToken, oldToken, orders, presenting } from './fixtures.ts';

const context = { functionName: 'authorize', awsRequestId: 'none' } as Context;
const record = { status: 200, body: JSON.stringify({ Item: { record: { S: JSON.stringify(orders) } } }) };
const written = { status: 200, body: '{}' };

let close: (() => Promise<void>) | undefined;
// A machine that is slow would end a read that takes its time, and count another.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(async () => {
  vi.useRealTimers();
  await close?.();
});

/** The function as it is deployed, with everything that it asks of DynamoDB and writes into its log. */
const openDeployed = async () => {
  const cost = { reads: 0, writes: 0, lines: 0 };
  const dynamodb = await openScripted(({ headers }) => {
    const isRead = headers['x-amz-target'] === 'DynamoDB_20120810.GetItem';
    cost[isRead ? 'reads' : 'writes'] += 1;
    return isRead ? record : written;
  });
  close = dynamodb.close;
  const environment = {
    ...{ GATEWAYS_TABLE: 'gateways', USE_TABLE: 'use', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: dynamodb.endpoint },
    ...{ AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'a-secret-key', AWS_SESSION_TOKEN: 'a-token' },
  };
  const check = handler.in({ environment, log: () => (cost.lines += 1), now: () => 1_000_000 });
  const ask = async (token: string): Promise<string | undefined> =>
    (await check(presenting(token), context)).policyDocument.Statement[0]?.Effect;
  return { ask, cost: () => ({ ...cost, connections: dynamodb.counted.connections }) };
};

test('a good credential costs one read a request; its first use one write and one line; and all of it one connection', async () => {
  const { ask, cost } = await openDeployed();
  expect(await ask(oldToken)).toBe('Allow');
  expect(cost()).toEqual({ reads: 1, writes: 1, lines: 1, connections: 1 });
  for (let request = 0; request < 50; request++) expect(await ask(oldToken)).toBe('Allow');
  expect(cost()).toEqual({ reads: 51, writes: 1, lines: 1, connections: 1 });
});

test('requests at once have a read each and no more connections than they are, which are kept for the next', async () => {
  const { ask, cost } = await openDeployed();
  await ask(oldToken);
  for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 8 }, () => ask(oldToken)));
  const { connections, ...counted } = cost();
  expect(counted).toEqual({ reads: 41, writes: 1, lines: 1 });
  expect(connections).toBeLessThanOrEqual(8);
});

test('what is no credential costs a line, and neither a read nor a connection', async () => {
  const { ask, cost } = await openDeployed();
  for (let request = 0; request < 20; request++) expect(await ask('garbage')).toBe('Deny');
  expect(cost()).toEqual({ reads: 0, writes: 0, lines: 20, connections: 0 });
});

test('a revoked credential costs one read a request, and who presents it is written once', async () => {
  const { ask, cost } = await openDeployed();
  for (let request = 0; request < 20; request++) expect(await ask(goneToken)).toBe('Deny');
  const { reads, writes, connections } = cost();
  expect({ reads, writes, connections }).toEqual({ reads: 20, writes: 1, connections: 1 });
});
