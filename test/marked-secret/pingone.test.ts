import { PutSecretValueCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Operation, PingOneFault } from '../../lib/local/stand-ins/pingone/control.ts';
import { cliOf } from '../cli/terminal-double.ts';
import { basicWorker } from '../local/stand-ins/pingone-account.ts';
import { type AtPingOne, openAtPingOne } from '../pingone/pingone-system.ts';
import { gatewayId, manualKit } from '../support/system.ts';
import { openOutputs } from './outputs.ts';

const { outputs, keep, attempt, collect } = openOutputs();
const { clientId, clientSecret } = basicWorker;
/** The worker application's secret as it is sent, and in the two forms in which clients send it. */
const secrets = new Set([
  clientSecret,
  encodeURIComponent(clientSecret),
  Buffer.from(`${clientId}:${encodeURIComponent(clientSecret)}`).toString('base64'),
]);
const tokens = new Set<string>();
const values = new Set<string>();
/** Any signed JWT, whosever it is. */
const jwt = /eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]{5,}/;

let at: AtPingOne;

/** Every access token and every credential that PingOne hands out on the way. */
const watchPingOne = (): void => {
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (...asked) => {
    const sent = new Headers(asked[1]?.headers).get('authorization');
    if (sent?.startsWith('Basic ')) secrets.add(sent.slice('Basic '.length));
    const response = await real(...asked);
    const json: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    const { access_token: token, credential } = Object(json) as Record<string, unknown>;
    if (typeof token === 'string') tokens.add(token);
    if (typeof credential === 'string') values.add(credential);
    return response;
  });
};

beforeAll(async () => {
  watchPingOne();
  at = await openAtPingOne({ byHand: 2, kongs: ['edge'], others: [manualKit('by-hand')] });
  for (const { value } of at.made) values.add(value);
  await play();
  await collect(at);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await at.close();
});

const faults: readonly PingOneFault[] = [
  { kind: 'page', status: 502 }, // quotes what it was sent, headers and all
  { kind: 'page', status: 200 },
  { kind: 'page', status: 403 },
  { kind: 'refused', status: 403, code: 'INSUFFICIENT_PERMISSIONS' },
  { kind: 'lost-answer' },
];
const changes = ['create-credential', 'delete-credential', 'sideband-request'] as const;
const reads = ['token', 'read-gateway', 'list-credentials', 'read-credential'] as const;
const meet = (fault: PingOneFault, operations: readonly Operation[]): void => {
  at.pingOne.forgetTokens();
  at.pingOne.control.faults.push(...operations.map((on) => ({ on, fault })));
};
const minutes = async (count: number): Promise<void> => {
  for (let minute = 0; minute < count; minute++) {
    await at.timers.advance(60_000);
    await attempt('reconcile', () => at.call('reconcile', {}));
  }
};
const show = async (): Promise<void> => {
  const run = cliOf(at);
  for (const where of ['status', 'status orders', 'history orders --json', 'kits list orders']) {
    const { out, said } = await run(where);
    keep('cli', out + said);
  }
  for (const ask of [{}, { view: 'gateway', gatewayId }, { view: 'history', gatewayId }])
    for (const format of ['html', 'json'])
      await attempt(`console ${format}`, () => at.call('console', { ...ask, format }));
};
const end = async (): Promise<void> => {
  await at.until(({ rotation }) => rotation === undefined || rotation.stage === 'DISTRIBUTED', 30 * 60_000);
  if ((await at.gateway()).rotation) await at.acknowledge('by-hand');
  await at.underTraffic();
};

/** Adoption, rotations, a compromise and their failures, with a PingOne that answers with what it was sent. */
const play = async (): Promise<void> => {
  const by = { actor: 'ann', reason: 'a mistake' };
  const madeByHand = at.made[0]?.value ?? '';
  const adopt = (credentialId: string) => at.call('operate', { command: 'adopt', gatewayId, credentialId, ...by });
  await attempt('operate', () => adopt(madeByHand)); // a value where an id belongs
  for (const fault of faults) {
    for (const read of reads) {
      meet(fault, [read]);
      await attempt('operate', () => adopt('all'));
      await attempt('plan', () => at.plan());
    }
  }
  at.pingOne.control.faults.length = 0;
  await adopt('all');
  await at.start({ gatewayId, reason: 'quarterly' });
  await at.until(({ rotation }) => rotation !== undefined);
  await end();
  for (const [index, fault] of faults.entries()) {
    meet(fault, changes); // a start looks at PingOne first, and is refused when it cannot be read
    await at.start({ gatewayId, reason: `with a fault, ${index}` });
    await at.until(({ rotation }) => rotation !== undefined);
    meet(fault, reads);
    await minutes(3);
    await show();
    if ((await at.gateway()).rotation?.held)
      await at.call('operate', { command: 'resume', gatewayId, actor: 'ann', reason: 'again' });
    at.pingOne.control.faults.length = 0;
    await minutes(2);
    await end();
  }
  const { secretsManager } = at.deployment;
  const put = (SecretString: string) =>
    secretsManager.send(new PutSecretValueCommand({ SecretId: 'pingone/worker', SecretString }));
  const right = JSON.stringify({ clientId, clientSecret });
  at.pingOne.forgetTokens();
  for (const wrong of [clientSecret, JSON.stringify({ clientId, clientSecret, extra: clientSecret })]) {
    await put(wrong);
    await attempt('plan', () => at.plan());
    await attempt('operate', () => adopt('all'));
  }
  await put(right);
  await at.apply({ schedule: { expression: 'rate(300 days)', duration: '3h' } });
  await at.timers.advance(5_000);
  const { secretArn: SecretId } = await at.gateway();
  await attempt('rotate-secret', () => secretsManager.send(new RotateSecretCommand({ SecretId })));
  await at.timers.advance(10_000);
  await end();
  await attempt('compromise', () =>
    at.call('compromise', {
      ...{ gatewayId, confirmGatewayId: gatewayId, requestId: 'press-1', rejectWithinSeconds: 30 },
      ...{ actor: 'ann', reason: 'on a public page' },
    }),
  );
  await end();
  await minutes(2);
  await show();
  const rotationId = (await at.gateway()).ended.at(-1)?.rotationId;
  await attempt('evidence', () => at.call('evidence', { gatewayId, rotationId }));
};

it('no output holds a credential of PingOne, the worker application or an access token, whatever failed (invariant 9)', async () => {
  expect(values.size).toBeGreaterThan(7);
  expect(tokens.size).toBeGreaterThan(7);
  const { ended } = await at.gateway();
  expect(ended.map(({ outcome }) => outcome)).toEqual(ended.map(() => 'COMPLETED'));
  expect((await at.gateway()).live).toMatchObject([{ origin: { trigger: 'compromise' } }]);
  for (const where of ['logs', 'events', 'executions', 'console html', 'cli', 'evidence', 'operate', 'plan'])
    expect(outputs.get(where)?.length ?? 0, where).toBeGreaterThan(20);
  const marked = [...secrets, ...tokens, ...values];
  const found = [...outputs].flatMap(([where, text]) => [
    ...marked.filter((secret) => text.includes(secret)).map((secret) => `${where}: ${secret.slice(0, 8)}…`),
    ...(jwt.test(text) ? [`${where}: a signed token`] : []),
  ]);
  expect(found).toEqual([]);
});
