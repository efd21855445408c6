import { Agent } from 'node:http';
import { join } from 'node:path';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { authorizer } from '../../lambdas/policy-check/authorizer.ts';
import { forward } from '../../lambdas/policy-check/forward.ts';
import { forwardCredentials } from '../../lambdas/policy-check/forward-credential.ts';
import { keptConnections } from '../../lambdas/policy-check/keep-alive.ts';
import { sideband } from '../../lambdas/policy-check/sideband.ts';
import { startPolicyCheckServer } from '../../lib/emulator/api-gateway/api-gateway.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { gatewayId, kitRequest, openAccount, startAtMs } from '../local/stand-ins/pingone-account.ts';
import { oldToken, orders } from '../policy-check/fixtures.ts';
import { send } from '../policy-check/strict-kit.ts';
import type { Row } from './row.ts';

const rounds = 7;
const callsPerRound = 300;

/** What one more hop costs: a leg of a request to PingOne directly, forwarded, and with the credential check only. */
export const forwarding = async (): Promise<readonly Row[]> => {
  const account = await openAccount({ nowMs: startAtMs });
  const { value } = account.createByHand(gatewayId, account.origin);
  const template = synthesise({ gateways: join(import.meta.dirname, '..', 'constructs', 'fixtures', 'gateways.json') });
  const connections = keptConnections();
  const credentials = forwardCredentials(async () => value, Date.now);
  const decide = sideband({
    report: () => undefined,
    count: () => undefined,
    forward: (target, leg) => forward({ credentials, post: connections.post, limitMs: 7_000 }, target, leg),
  });

  // The policy check of a gateway with this decision, as it is deployed; reads and writes are answered from memory.
  const open = (decision: typeof orders.decision) => {
    const record = { ...orders, decision };
    const authorize = authorizer(
      {
        readGateway: async () => record,
        recordUse: async () => true,
        recordRefusal: async () => false,
        isRegistered: async () => true,
        nowMs: Date.now,
        count: () => undefined,
      },
      () => undefined,
      false,
    );
    return startPolicyCheckServer({
      template,
      invoke: async (logicalId, event) =>
        template.Resources[logicalId]?.Metadata?.source === 'lambdas/authorize.ts'
          ? authorize(event as never)
          : decide(event as APIGatewayProxyEvent),
      isParameter: () => true,
      address: '127.0.0.1',
      port: 0,
      region: 'us-east-1',
      accountId: '000000000000',
      now: Date.now,
    });
  };
  const forwards = await open({ kind: 'forward', to: 'payments' as GatewayId, serviceUrl: account.serviceUrl });
  const checking = await open({ kind: 'allow-all' });

  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify(kitRequest);
  const asks = (serviceUrl: string, credential: string) => async (): Promise<void> => {
    const headers = { 'CLIENT-TOKEN': credential, 'Content-Type': 'application/json' };
    const { status } = await send(`${serviceUrl}/sideband/request`, { agent, headers, body });
    if (status !== 200) throw new Error(`HTTP ${status}`);
  };
  const contenders = {
    'PingOne directly': asks(account.serviceUrl, value),
    'the policy check, which forwards': asks(`${forwards.url}/gateways/orders`, oldToken),
    'the policy check, credential check only': asks(`${checking.url}/gateways/orders`, oldToken),
  };

  const times = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++)
    for (const [name, ask] of Object.entries(contenders))
      for (let done = 0; done < callsPerRound; done++) {
        const startedAt = process.hrtime.bigint();
        await ask();
        if (round >= 0) times.get(name)?.push(Number(process.hrtime.bigint() - startedAt) / 1e6); // round -1 warms up
      }

  const at = (name: string, part: number): number => {
    const sorted = (times.get(name) ?? []).toSorted((one, other) => one - other);
    return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  };
  console.log(
    `\nOne leg of a request over kept connections, PingOne's stand-in and all of ours in one process (${rounds} interleaved rounds of ${callsPerRound})`,
  );
  console.table(
    Object.fromEntries(
      Object.keys(contenders).map((name) => [
        name,
        {
          'median ms': at(name, 0.5).toFixed(2),
          'p99 ms': at(name, 0.99).toFixed(2),
          'more than directly': (at(name, 0.5) - at('PingOne directly', 0.5)).toFixed(2),
        },
      ]),
    ),
  );

  agent.destroy();
  connections.close();
  await Promise.all([forwards.close(), checking.close(), account.close()]);
  return [];
};
