import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { handler } from '../../lambdas/authorize.ts';
import { gatewayItem } from '../../lambdas/aws/gateway-item.ts';
import { usesIn } from '../../lambdas/aws/uses.ts';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import { all } from '../aws/emulated.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { newToken, oldLive, oldToken, openInstance, orders, presenting, staleFor } from './fixtures.ts';

/** One finished check; `startedAt` is the place in the history at which it began. */
type Checked = {
  readonly token: string;
  readonly startedAt: number;
  readonly startedAtMs: number;
  readonly answer: string;
};

const revoked = (gateway: Gateway): Gateway => ({
  ...gateway,
  revision: gateway.revision + 1,
  live: gateway.live.filter((one) => one !== oldLive),
  revoked: [
    ...gateway.revoked,
    {
      credentialId: oldLive.credentialId,
      digest: oldLive.digest,
      versionId: oldLive.versionId,
      cause: 'RETIRED',
      rotationId: orders.revoked[0]?.rotationId ?? expect.fail(),
      revokedAtMs: 1_000_000,
    },
  ],
});

/** Plays three instances over one table, in whatever order the scheduler lets their reads be sent, done and answered. */
const play = async (
  scheduler: fc.Scheduler,
  before: Gateway,
  checks: readonly [number, boolean][],
  outages: readonly boolean[],
) => {
  let table = before;
  let place = 0;
  let nowMs = 1_000_000;
  let reads = 0;
  let acknowledged = { at: Number.POSITIVE_INFINITY, atMs: Number.POSITIVE_INFINITY };
  let isWarm = false;
  const readGateway = async (): Promise<Gateway> => {
    if (!isWarm) return table;
    const isDown = outages[reads++ % outages.length] ?? false;
    await scheduler.schedule(Promise.resolve(), 'the read arrives');
    nowMs += 500;
    const found = table;
    await scheduler.schedule(Promise.resolve(), 'the answer arrives');
    if (isDown) throw new Error('down');
    return found;
  };
  const instances = [0, 1, 2].map(() => openInstance({ readGateway, nowMs: () => nowMs }));
  for (const { effect } of instances) await effect(presenting(newToken));
  isWarm = true;
  const history = checks.map(async ([instance, isOld], index): Promise<Checked> => {
    await scheduler.schedule(Promise.resolve(), `check ${index} begins`);
    const token = isOld ? oldToken : newToken;
    const startedAt = place++;
    const startedAtMs = nowMs;
    const answer = await (instances[instance] ?? expect.fail()).effect(presenting(token)).catch(() => 'throws');
    return { token, startedAt, startedAtMs, answer: `${answer}` };
  });
  const revocation = (async () => {
    await scheduler.schedule(Promise.resolve(), 'the revocation arrives');
    table = revoked(before);
    await scheduler.schedule(Promise.resolve(), 'the revocation is acknowledged');
    acknowledged = { at: place++, atMs: nowMs };
  })();
  await scheduler.waitFor(Promise.all([...history, revocation]));
  return { history: await Promise.all(history), acknowledged };
};

const checks = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.boolean()), { minLength: 1, maxLength: 16 });
const outages = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 });

test('no check that began after a revocation was acknowledged is accepted, and none of a live credential is refused (invariant 8)', async () => {
  let late = 0;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), checks, outages, async (scheduler, given, down) => {
      const { history, acknowledged } = await play(scheduler, orders, given, down);
      for (const { token, startedAt, answer } of history) {
        if (token === newToken) expect(answer).not.toBe('Deny');
        if (token === oldToken && startedAt > acknowledged.at) {
          late += 1;
          expect(answer).not.toBe('Allow');
        }
      }
    }),
    { numRuns: 500 },
  );
  expect(late).toBeGreaterThan(100);
});

test('with serveStaleSeconds that holds from the acknowledgement plus the bound on', async () => {
  let acceptedLate = 0;
  let refusedLate = 0;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), checks, outages, async (scheduler, given, down) => {
      const { history, acknowledged } = await play(scheduler, staleFor(4), given, down);
      for (const { token, startedAt, startedAtMs, answer } of history) {
        if (token === newToken) expect(answer).not.toBe('Deny');
        if (token !== oldToken || startedAt < acknowledged.at) continue;
        if (startedAtMs >= acknowledged.atMs + 4_000) {
          refusedLate += 1;
          expect(answer).not.toBe('Allow');
        } else if (answer === 'Allow') acceptedLate += 1;
      }
    }),
    { numRuns: 500 },
  );
  expect(acceptedLate).toBeGreaterThan(0); // the bound is really used
  expect(refusedLate).toBeGreaterThan(0); // and really reached
});

test('four Lambda functions over a real table: 0 accepted after the revocation, 0 live ones refused, use on record', async () => {
  const running = await runEndpoint();
  const dynamodb = new DynamoDBClient(running.clientOptions);
  const key = (AttributeName: string, KeyType: 'HASH' | 'RANGE') => ({ AttributeName, KeyType });
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  for (const TableName of ['gateways', 'use'])
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [text('pk'), text('sk')],
        KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
      }),
    );
  const save = (gateway: Gateway) =>
    dynamodb.send(
      new PutItemCommand({
        TableName: 'gateways',
        Item: gatewayItem(gateway),
      }),
    );
  await save(orders);
  const { accessKeyId, secretAccessKey } = running.operator;
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: running.endpoint.url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    GATEWAYS_TABLE: 'gateways',
    USE_TABLE: 'use',
  };
  const lines: string[] = [];
  const instances = [0, 1, 2, 3].map(() =>
    handler.in({ environment, log: (...line) => lines.push(JSON.stringify(line)), now: Date.now }),
  );
  const context = { functionName: 'authorize', awsRequestId: 'none' } as Context;
  let isAcknowledged = false;
  let isOver = false;
  const counts = { late: 0, accepted: 0 };
  const client = async (authorize: (typeof instances)[number], token: string) => {
    while (!isOver) {
      const isLate = isAcknowledged;
      const { policyDocument } = await authorize(presenting(token), context);
      const isAllowed = policyDocument.Statement[0]?.Effect === 'Allow';
      if (token === newToken) expect(isAllowed).toBe(true);
      if (token === oldToken && isLate) counts.late += 1;
      if (token === oldToken && isLate && isAllowed) counts.accepted += 1;
    }
  };
  const clients = instances.flatMap((instance) => [client(instance, oldToken), client(instance, newToken)]);
  await Promise.all(instances.map((instance) => instance(presenting(oldToken), context)));
  await save(revoked(orders));
  isAcknowledged = true;
  const until = performance.now() + 300;
  await Promise.race([Promise.all(clients), new Promise((resolve) => setTimeout(resolve, until - performance.now()))]);
  isOver = true;
  await Promise.all(clients);
  expect(counts.accepted).toBe(0);
  expect(counts.late).toBeGreaterThan(10);
  const uses = await all(usesIn(dynamodb, 'use').ofCredential(orders.gatewayId, oldLive.credentialId, 1));
  expect(uses).toMatchObject([{ kitId: 'kong-eu', address: '203.0.113.5' }]);
  expect(lines.join('\n')).not.toContain('NotASecret');
  dynamodb.destroy();
  await running.close();
});
