import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { gatewaySecretsIn } from '../../lambdas/aws/gateway-secrets.ts';
import { kitsIn } from '../../lambdas/aws/kits.ts';
import { newsIn } from '../../lambdas/aws/news.ts';
import type { CredentialId, GatewayId } from '../../lambdas/domain/ids.ts';
import type { OwnerMessage } from '../../lambdas/domain/kit.ts';
import type { Executions } from '../../lambdas/ports.ts';
import { type Registry, readRegistry } from '../../lambdas/registry/read-registry.ts';
import { gatewaysIn } from '../../lambdas/wiring/gateways.ts';
import { openEmulated } from '../aws/emulated.ts';
import { reachOf } from '../kits/reach.ts';
import { noPingOne } from '../support/no-pingone.ts';

export const rotationFunction = 'arn:aws:lambda:us-east-1:000000000000:function:rotate-secret';
export const nowMs = 1_800_000_000_000;

/** Calls to AWS in their order; from the `crashAt`-th on the process is dead, either before it reaches AWS or after AWS has done it. */
export type Calls = { made: string[]; crashAt: number | undefined; crash: 'before' | 'after' };

/** What applying needs, on the emulated services of the local deployment, with every call to AWS seen and interruptible. */
export const openRegistry = async () => {
  const emulated = await openEmulated();
  const isThere = async () =>
    (await emulated.dynamodb.send(new DescribeTableCommand({ TableName: emulated.table }))).Table?.TableStatus ===
    'ACTIVE';
  while (!(await isThere()));
  const calls: Calls = { made: [], crashAt: undefined, crash: 'before' };
  const through = async <Output>(name: string, call: () => Promise<Output>): Promise<Output> => {
    calls.made.push(name);
    const isDead = calls.crashAt !== undefined && calls.made.length > calls.crashAt;
    const dies = calls.made.length === calls.crashAt;
    if (isDead || (dies && calls.crash === 'before')) throw new Error('killed');
    const output = await call();
    if (dies) throw new Error('killed');
    return output;
  };
  emulated.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        through(`${commandName}`, () => next(args)),
    { step: 'initialize', name: 'calls' },
  );
  emulated.secretsManager.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        through(`${commandName}`, () => next(args)),
    { step: 'initialize', name: 'calls' },
  );
  const started: string[] = [];
  const told: OwnerMessage[] = [];
  const executions: Executions = {
    arnOf: ({ rotationId }, attempt) => `arn:${rotationId}-${attempt}`,
    start: ({ gatewayId, rotation }) =>
      through(
        'StartExecution',
        async () => void started.push(`${gatewayId} ${rotation?.trigger} ${rotation?.attempt}`),
      ),
    stateOf: async () => (started.length > 0 ? { kind: 'RUNNING' } : { kind: 'ABSENT' }),
    stop: async () => undefined,
  };
  const needs = {
    gateways: gatewaysIn(
      emulated.dynamodb,
      emulated.table,
      async () => undefined,
      () => nowMs,
    ),
    kits: kitsIn(emulated.dynamodb, emulated.table),
    news: newsIn(emulated.dynamodb, emulated.table),
    gatewaySecrets: gatewaySecretsIn(emulated.secretsManager, { rotationFunction }),
    secretPrefix: 'gateway-credential/',
    home: { accountId: '000000000000', region: 'us-east-1' },
    executions,
    pingOne: noPingOne,
    kitReach: reachOf(['kong.example.com', 'hooks.example.com'], { folders: ['/mnt/ping'] }),
    notifyOwner: async (message: OwnerMessage) => through('PublishCommand', async () => void told.push(message)),
    now: () => nowMs,
    log: () => undefined,
  };
  return { ...emulated, calls, started, told, needs };
};
export type Opened = Awaited<ReturnType<typeof openRegistry>>;

/** A registry with one gateway "orders", its manual kits, and a policy. */
export const orders = (kitIds: readonly string[], policy: object = {}, owner = 'team') =>
  readRegistry(
    JSON.stringify({
      gateways: [
        {
          gatewayId: 'orders',
          authority: { kind: 'builtin' },
          decision: { kind: 'allow-all' },
          policy,
          kits: kitIds.map((kitId) => ({ kitId, kind: 'manual', owner })),
        },
      ],
    }),
  );

/** The same with one kit "one" whose settings say so. */
export const instructed = (instructions: string): Registry => ({
  news: { channels: {}, news: [], owners: {} },
  gateways: orders(['one']).gateways.map((gateway) => ({
    ...gateway,
    kits: gateway.kits.map((kit) => ({ ...kit, settings: { instructions } })),
  })),
});

export const nothing = readRegistry('{"gateways": []}');

const gatewayId = 'orders' as GatewayId;
export const credentialId = 'aaaaaaaaaa' as CredentialId;

/** Brings the bootstrap rotation of "orders" to a stage as its workflow would. */
export const bring = async (
  { gateways }: Opened['needs'],
  to: 'DISTRIBUTED' | 'VERIFIED' | 'COMPLETED',
): Promise<void> => {
  const workflow = { actor: 'workflow', reason: 'test' };
  const begun = (await gateways.read(gatewayId))?.rotation;
  if (!begun) throw new Error('No rotation runs.');
  const { rotationId, generation } = begun;
  const command = async (given: Parameters<typeof gateways.apply>[1]): Promise<number> => {
    const applied = await gateways.apply(gatewayId, given);
    if (applied.kind === 'refused') throw new Error(applied.message);
    return applied.gateway.revision;
  };
  await command({ kind: 'created', rotationId, credentialId, digest: 'digest', versionId: rotationId, ...workflow });
  let readAt = 0;
  for (const kind of ['accepted', 'promoting', 'promoted'] as const)
    readAt = await command({ kind, rotationId, credentialId, ...workflow });
  const revision = await command({
    kind: 'distributed',
    readAt,
    rotationId,
    generation,
    kits: 1,
    failed: 0,
    ...workflow,
  });
  if (to === 'DISTRIBUTED') return;
  await command({ kind: 'verified', rotationId, readAt: revision, detail: {}, ...workflow });
  if (to === 'COMPLETED') await command({ kind: 'complete', rotationId, ...workflow });
};

/** Records that every kit of "orders" holds the credential of the running rotation, as the distributor would. */
export const install = async ({ gateways, kits }: Opened['needs']): Promise<void> => {
  const gateway = await gateways.read(gatewayId);
  if (!gateway?.rotation) throw new Error('No rotation runs.');
  const { rotationId, generation } = gateway.rotation;
  const work = { rotationId, generation, credentialId, state: 'INSTALLED', attempts: 1, changedAtMs: 1 } as const;
  for await (const kit of kits.all(gatewayId, gateway.shardCount)) await kits.saveWork(kit, work, gateway.shardCount);
};
