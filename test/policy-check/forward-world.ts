import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect } from 'vitest';
import type { Gateway } from '../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { authorizer } from '../../lambdas/policy-check/authorizer.ts';
import { forward } from '../../lambdas/policy-check/forward.ts';
import { forwardCredentials } from '../../lambdas/policy-check/forward-credential.ts';
import { keptConnections } from '../../lambdas/policy-check/keep-alive.ts';
import { sideband } from '../../lambdas/policy-check/sideband.ts';
import type { Template } from '../../lib/emulator/cloudformation/template.ts';
import { returned } from '../../lib/emulator/lambda/outcome.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { oldToken, orders } from './fixtures.ts';
import { open, openAgent, start } from './small-api.ts';
import { sendBytes } from './strict-kit.ts';

export const payments = 'payments' as GatewayId;
/** Of the form of PingOne's, and nobody's. */
export const firstValue = 'eyJhbGciOiJSUzI1NiJ9.first-NotASecret.signature';
export const secondValue = 'eyJhbGciOiJSUzI1NiJ9.second-NotASecret.signature';
export const secretText = (credential: string): string => JSON.stringify({ credentialId: 'any', credential });

export type Asked = { readonly url: string; readonly rawHeaders: readonly string[]; readonly body: Buffer };

/** The values of a header, in the order in which they came. */
export const valuesOf = ({ rawHeaders }: Asked, name: string): readonly string[] =>
  rawHeaders.flatMap((one, index) =>
    index % 2 === 0 && one.toLowerCase() === name ? [rawHeaders[index + 1] ?? ''] : [],
  );

const decision = '{"method":"GET","url":"https://api.example.com/","headers":[]}';

/** A server in PingOne's place that keeps every byte of what it is asked, and answers as a test says. */
export const openUpstream = async () => {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const world = {
    asked,
    sockets,
    connections: 0,
    url: '',
    answer: (_asked: Asked, response: ServerResponse): void => {
      response.end(decision);
    },
  };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const one = { url: request.url ?? '', rawHeaders: request.rawHeaders, body: Buffer.concat(parts) };
    asked.push(one);
    world.answer(one, response);
  });
  server.on('connection', (socket) => {
    world.connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/environments/e`;
  open.push({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  return world;
};

let template: Template | undefined;
const deployed = (): Template => {
  template ??= synthesise({ gateways: join(import.meta.dirname, '..', 'constructs', 'fixtures', 'gateways.json') });
  return template;
};
const functionOf = (source: string): string =>
  Object.entries(deployed().Resources).find(([, { Metadata }]) => Metadata?.source === source)?.[0] ??
  expect.fail(source);

/**
 * The policy check as it is deployed, for a gateway that forwards to `serviceUrl`; `world` is what a test changes and sees.
 * A request has a second, since nothing here takes longer.
 */
export const openForwarding = async (serviceUrl: string, { limitMs = 1_000 } = {}) => {
  const world = {
    nowMs: 1_000_000,
    record: { ...orders, decision: { kind: 'forward', to: payments, serviceUrl } } as Gateway,
    readSecret: async (_: GatewayId): Promise<string> => secretText(firstValue),
    reads: 0,
    metrics: [] as string[],
    lines: [] as string[],
  };
  const credentials = forwardCredentials(
    (gatewayId) => {
      world.reads += 1;
      return world.readSecret(gatewayId);
    },
    () => world.nowMs,
  );
  const { post, close } = keptConnections();
  open.push({ close });
  const report = (level: string, message: string, fields: object): void =>
    void world.lines.push(JSON.stringify({ level, message, ...fields }));
  const authorize = authorizer(
    {
      readGateway: async () => world.record,
      recordUse: async () => true,
      recordRefusal: async () => false,
      isRegistered: async () => true,
      nowMs: () => world.nowMs,
      count: () => undefined,
    },
    report,
    true,
  );
  const decide = sideband({
    report,
    count: (metric, gatewayId) => void world.metrics.push(`${metric} ${gatewayId}`),
    forward: (target, leg) => forward({ credentials, post, limitMs }, target, leg),
  });
  const server = await start(
    {
      [functionOf('lambdas/authorize.ts')]: authorize,
      [functionOf('lambdas/sideband.ts')]: async (event: APIGatewayProxyEvent) => {
        const outcome = returned(await decide(event)); // with Lambda's limit of an answer
        if (!outcome.isOk) throw new Error(outcome.errorType);
        return JSON.parse(outcome.payload);
      },
    },
    { template: deployed(), now: Date.now },
  );
  const agent = openAgent();
  const ask = async (
    body: string | Buffer = '{"method":"GET"}',
    { leg = 'request', headers = {} as Record<string, string | string[]>, query = '' } = {},
  ) => {
    const {
      status,
      headers: answered,
      body: bytes,
    } = await sendBytes(`${server.url}/gateways/orders/kits/kong-eu/sideband/${leg}${query}`, {
      agent,
      headers: { 'CLIENT-TOKEN': oldToken, 'Content-Type': 'application/json', ...headers },
      body,
    });
    return { status, headers: answered, bytes, text: bytes.toString() };
  };
  return { world, server, ask };
};
