import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parseRecord, readGateway, readRecordText } from '../../lambdas/aws/gateway-item.ts';
import type { ItemCalls } from '../../lambdas/aws/item-calls.ts';
import { keptPostTo } from '../../lambdas/aws/kept-post.ts';
import { itemCallsOf } from '../../lambdas/aws/sdk-item-calls.ts';
import { signedItemCalls } from '../../lambdas/aws/signed-item-calls.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { authorizer } from '../../lambdas/policy-check/authorizer.ts';
import { parsingOnce } from '../../lambdas/policy-check/parse-once.ts';
import type { Ports } from '../../lambdas/policy-check/ports.ts';
import { credentialsIn } from '../../lambdas/runtime/client-settings.ts';
import { oldToken, presenting } from '../policy-check/fixtures.ts';
import { cpuPerCall, interleaved } from './measuring.ts';
import type { Row } from './row.ts';

const rounds = 5;
const callsPerRound = 1_500;
const gatewayId = 'orders' as GatewayId;
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example', sessionToken: 'T'.repeat(800) };

const [bySdk, deployed] = ['one decision, read by the SDK, each in the log', 'one decision, as deployed'];

/** The authorizer with its consistent read over HTTP: read by the SDK, and by its own calls. */
export const reads = async (): Promise<readonly Row[]> => {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const keysOfLambda = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
  const stub = spawn(process.execPath, [join(import.meta.dirname, 'dynamodb-process.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [said] = await once(stub.stdout, 'data');
    const access = { region: 'us-east-1', endpoint: `http://127.0.0.1:${Number(said)}`, credentials };
    const requestHandler = { connectionTimeout: 300, requestTimeout: 600, throwOnRequestTimeout: true };
    const sdk = itemCallsOf(new DynamoDBClient({ ...access, maxAttempts: 1, cacheMiddleware: true, requestHandler }));
    const signed = signedItemCalls({ ...access, keys: () => credentialsIn(keysOfLambda) }, keptPostTo, Date.now);
    const deciding = (readGateway: Ports['readGateway'], logsEveryDecision: boolean) => {
      const done = async () => true;
      const ports = { readGateway, recordUse: done, recordRefusal: done, isRegistered: done, nowMs: Date.now };
      const authorize = authorizer({ ...ports, count: () => undefined }, logLine, logsEveryDecision);
      const asked = presenting(oldToken);
      return () => authorize(asked);
    };
    const parse = parsingOnce(parseRecord, 200);
    const textBy = (calls: ItemCalls) => (signal?: AbortSignal) => readRecordText(calls, 't', gatewayId, signal);
    const contenders: Readonly<Record<string, () => Promise<unknown>>> = {
      'the read, by the SDK': () => textBy(sdk)(),
      'the read, as deployed': () => textBy(signed)(),
      [bySdk]: deciding(() => readGateway(sdk, 't', gatewayId), true),
      [deployed]: deciding(async (_, signal) => {
        const text = await textBy(signed)(signal);
        return text === undefined ? undefined : parse(gatewayId, text);
      }, false),
    };
    const measured = await interleaved(
      Object.fromEntries(
        Object.entries(contenders).map(([name, call]) => [name, () => cpuPerCall(call, callsPerRound)]),
      ),
      rounds,
    );
    const [before, now] = [measured[bySdk] ?? Number.NaN, measured[deployed] ?? Number.NaN];
    console.log(
      `\nThe authorizer with its consistent read from a DynamoDB on loopback (median of ${rounds} interleaved rounds)`,
    );
    console.table(
      Object.fromEntries(
        Object.entries(measured).map(([name, us]) => [
          name,
          { 'µs of a processor': us.toFixed(0), 'x of the SDK': (us / before).toFixed(2) },
        ]),
      ),
    );
    return [
      {
        what: 'authorizer with its consistent read',
        beside: `${before.toFixed(0)} µs of a processor by the SDK, each in the log`,
        now: `${now.toFixed(0)} µs: ${(now / before).toFixed(2)}x`,
        target: '<= 0.35x',
        isMet: now / before <= 0.35,
      },
    ];
  } finally {
    stub.kill();
  }
};

/** What a line costs without where it goes. */
function logLine(level: string, message: string, fields: object): void {
  JSON.stringify({ level, message, ...fields, timestamp: new Date().toISOString() });
}
