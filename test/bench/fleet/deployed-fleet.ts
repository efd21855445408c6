import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { GatewayId } from '../../../lambdas/domain/ids.ts';
import type { Template } from '../../../lib/emulator/cloudformation/template.ts';
import { openDeployment } from '../../../lib/local/deployment.ts';
import type { LoadHandler } from '../../../lib/local/functions.ts';
import { usageCounter } from '../../cost/measure.ts';
import { type Child, startChild, usedHere } from '../child.ts';
import { skippingTimers } from './skipping-timers.ts';

export const gatewayId = 'orders' as GatewayId;
/** What a function of the stack has (Properties.MemorySize), and may not exceed. */
const functionMemoryMb = 512;
/** They meet every kit: each runs in a process of its own, so that its memory is seen. */
const apart: ReadonlySet<string> = new Set([
  'apply-registry',
  'begin-rotation',
  'distribute-shard',
  'verify-kits',
  'revoke-credential',
  'evidence',
]);

/** How often a function was called, and how long the longest call of it took, in seconds of the machine. */
export type Calls = { invocations: number; longestSeconds: number };

/** The whole deployment in virtual time; functions that meet all kits, and the kits, in processes of their own. */
export const openFleet = async (template: Template, { deadEvery }: { readonly deadEvery: number }) => {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  const registryFile = join(folder, 'gateways.json');
  const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const program = (name: string): string => join(import.meta.dirname, name);
  const children = new Map<string, Child>();
  const kits = startChild(program('kits-process.ts'), 2_048, signingSecret, `${deadEvery}`);
  const timers = skippingTimers(Date.now());
  const counter = usageCounter();
  const calls = new Map<string, Calls>();
  const secretWrites = new Map<number, number>();
  const timed = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      const { invocations = 0, longestSeconds = 0 } = calls.get(name) ?? {};
      const seconds = (performance.now() - startedAt) / 1000;
      calls.set(name, { invocations: invocations + 1, longestSeconds: Math.max(longestSeconds, seconds) });
    }
  };
  const load: LoadHandler = async (entry, name) => {
    if (!apart.has(name)) {
      const { handler } = (await import(entry)) as { readonly handler: Awaited<ReturnType<LoadHandler>> };
      return handler;
    }
    return {
      in: ({ environment }) => {
        const child = startChild(program('function-process.ts'), functionMemoryMb, entry);
        children.set(name, child);
        const ready = child.ask({ environment: { ...environment, KIT_HOSTS: '127.0.0.1' } });
        return (event, { functionName, awsRequestId, invokedFunctionArn }) =>
          timed(name, async () => {
            await ready;
            return child.ask({
              event: event as object,
              context: { functionName, awsRequestId, invokedFunctionArn },
              nowMs: timers.now(),
            });
          });
      },
    };
  };
  writeFileSync(registryFile, JSON.stringify({ gateways: [] }));
  const deployment = await openDeployment({
    template,
    projectFolder: join(import.meta.dirname, '..', '..', '..'),
    registryFile,
    dataFolder: undefined,
    address: '127.0.0.1',
    policyCheckPort: 0,
    awsPort: 0,
    tls: undefined,
    timers,
    log: () => () => undefined,
    onPublish: () => undefined,
    onEvent: () => undefined,
    load,
    onCall: (call) => {
      counter.onCall(call);
      if (call.operation !== 'PutSecretValue') return;
      const second = Math.floor(performance.now() / 1000);
      secretWrites.set(second, (secretWrites.get(second) ?? 0) + 1);
    },
  });
  const Tags = [{ Key: 'gateway-credential-rotation', Value: gatewayId }];
  await deployment.secretsManager.send(
    new CreateSecretCommand({ Name: 'fleet/signing', SecretString: signingSecret, Tags }),
  );
  return {
    deployment,
    folder,
    timers,
    counter,
    calls,
    kitCounts: async () => (await kits.ask({})) as KitCounts,
    secretWritesASecond: (): number => Math.max(0, ...secretWrites.values()),
    used: async (): Promise<ReadonlyMap<string, Used>> =>
      new Map([
        ['this machine', usedHere()],
        ['kits', await kits.used()],
        ...(await Promise.all([...children].map(async ([name, child]) => [name, await child.used()] as const))),
      ]),
    applyGateways: async (gateways: readonly object[]): Promise<unknown> => {
      writeFileSync(registryFile, JSON.stringify({ gateways }));
      const apply = (): Promise<unknown> => deployment.call('apply-registry', { actor: 'bench', reason: 'bench' });
      // It goes on where it was when its time was over.
      return apply().catch((error: Error) => (error.name === 'Sandbox.Timedout' ? apply() : Promise.reject(error)));
    },
    close: async () => {
      await deployment.close();
      for (const child of [kits, ...children.values()]) child.close();
      rmSync(folder, { recursive: true });
    },
  };
};
export type Fleet = Awaited<ReturnType<typeof openFleet>>;

export type Used = ReturnType<typeof usedHere>;

/** What the kits' endpoints have seen. */
export type KitCounts = {
  readonly origin: string;
  readonly given: number;
  readonly asked: number;
  readonly refused: number;
  readonly unanswered: number;
  readonly lastGivenAtMs: number;
};
