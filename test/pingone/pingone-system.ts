import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import type { Plan } from '../../lambdas/domain/plan.ts';
import { type Kong, openKong } from '../../lib/local/stand-ins/kong.ts';
import { type OpenPingOne, openPingOne } from '../../lib/local/stand-ins/pingone/open-pingone.ts';
import { account, gatewayId as atPingOne, basicWorker, environmentId } from '../local/stand-ins/pingone-account.ts';
import { statusFor } from '../support/status-for.ts';
import { policy as fast, gatewayId, openSystem, type System, tagOfKits } from '../support/system.ts';

/** Settings of a fast PingOne; the stand-in shows a use half a second late. */
const lagSeconds = 1;
const workerSecret = 'pingone/worker';

/** `authority` of a gateway in gateways.json that lives at this PingOne. */
export const authorityAt = ({ apiUrl, tokenUrl, serviceUrl }: OpenPingOne) => ({
  ...{ kind: 'pingone', environmentId, gatewayId: atPingOne, workerSecret },
  ...{ apiUrl, tokenUrl, serviceUrl },
  ...{ lastUsedLagSeconds: lagSeconds, lateCommitSeconds: 5 },
});

/** A Kong as gateways.json has it. */
export const kongKit = (kitId: string, { adminUrl }: Pick<Kong, 'adminUrl'>) => ({
  ...{ kitId, kind: 'kong', owner: `${kitId}-team@example.com`, lookBackSeconds: 60 },
  settings: { adminUrl, propagationSeconds: 1 },
});

/** Puts the worker application where the authority's settings say, and lets those use it whom the tag names. */
export const giveWorker = async (
  { deployment }: Pick<System, 'deployment'>,
  tag: { readonly Key: string; readonly Value: string } = tagOfKits,
): Promise<void> => {
  const { clientId, clientSecret } = basicWorker;
  const SecretString = JSON.stringify({ clientId, clientSecret });
  await deployment.secretsManager.send(new CreateSecretCommand({ Name: workerSecret, SecretString, Tags: [tag] }));
};

type Options = {
  /** How many credentials a person made before; kits hold the first. */
  readonly byHand?: number;
  readonly kongs?: readonly string[];
  /** What is said of every Kong beside the usual. */
  readonly more?: object;
  /** Further kits of the gateway; they may know where PingOne is asked. */
  readonly others?: readonly object[];
  /** The tag by which its owner lets somebody use the worker application. */
  readonly tag?: { readonly Key: string; readonly Value: string };
} & Pick<NonNullable<Parameters<typeof openSystem>[0]>, 'policy'>;

/** The gateway "orders" at PingOne, with Kongs that call PingOne itself and hold what a person made there. */
export const openAtPingOne = async ({
  byHand = 1,
  kongs = ['edge', 'partners'],
  more = {},
  others = [],
  tag = tagOfKits,
  policy,
}: Options = {}) => {
  const startAtMs = Date.now();
  const clock = { now: (): number => startAtMs };
  const options = account({ nowMs: startAtMs });
  const pingOne = await openPingOne({
    ...options,
    timers: {
      now: () => clock.now(),
      sleep: (ms) => new Promise((done) => void setTimeout(done, ms).unref()),
    },
    port: 0,
  });
  pingOne.control.lastUsedLagMs = 500;
  const made = Array.from({ length: byHand }, () => pingOne.createByHand(atPingOne, pingOne.origin));
  const nodes = await Promise.all(
    kongs.map(async (kitId) => {
      const kong = await openKong({ port: 0, workerUpdateMs: 100, nowMs: () => clock.now() });
      const sharedSecret = made[0]?.value;
      const plugin = kong.addPlugin({
        serviceUrl: pingOne.serviceUrl,
        ...(sharedSecret === undefined ? {} : { sharedSecret }),
      });
      return { kitId, kong, plugin };
    }),
  );
  const authority = authorityAt(pingOne);
  const kits = [
    ...nodes.map(({ kitId, kong }) => ({
      ...kongKit(kitId, kong),
      ...more,
    })),
    ...others,
  ];
  const system = await openSystem({ authority, kits, ...(policy ? { policy } : {}) }, startAtMs);
  clock.now = system.timers.now;
  await giveWorker(system, tag);
  /** One client request through a Kong; PingOne's HTTP status. */
  const request = (kitId: string): Promise<number> => {
    const node = nodes.find((one) => one.kitId === kitId);
    return present(node?.kong.currentCredential(node.plugin) ?? '');
  };
  const present = (value: string): Promise<number> => statusFor(pingOne.serviceUrl, value, 1);
  /** Clients use every Kong, until `close`; answers that were refused are counted. */
  const refused: string[] = [];
  const everyKong = async (): Promise<void> => {
    for (const { kitId } of nodes) if ((await request(kitId)) !== 200) refused.push(kitId);
  };
  return {
    ...system,
    authority,
    pingOne,
    /** What a rotation would do, asked as anybody asks. */
    plan: async (): Promise<Plan> => {
      const executionArn = await system.start({ gatewayId, reason: 'only asking', plan: true });
      const describe = new DescribeExecutionCommand({ executionArn });
      const ended = async () => system.deployment.stepFunctions.send(describe);
      await system.timers.runUntil(async () => (await ended()).status !== 'RUNNING', 60_000);
      return (JSON.parse((await ended()).output ?? '{}') as { plan: Plan }).plan;
    },
    made,
    nodes,
    request,
    present,
    refused,
    everyKong,
    /** Applies gateways.json again, with the gateway changed. */
    apply: (changed: object) =>
      system.applyGateways([{ gatewayId, authority, policy: { ...fast, ...policy }, kits, ...changed }]),
    live: () => pingOne.live(atPingOne),
    adopt: (credentialId: string) =>
      system.call('operate', {
        ...{ command: 'adopt', gatewayId, credentialId },
        ...{ actor: 'alice', reason: 'from before this system' },
      }),
    /** Lets time pass in steps, with a client request through every Kong in each, until the rotation has ended. */
    underTraffic: async (withinMs = 120_000): Promise<void> => {
      const untilMs = system.timers.now() + withinMs;
      while ((await system.gateway()).rotation && system.timers.now() < untilMs) {
        await everyKong();
        await system.timers.advance(500);
      }
    },
    close: async () => {
      await system.close();
      await Promise.all(nodes.map(({ kong }) => kong.close()));
      await pingOne.close();
    },
  };
};
export type AtPingOne = Awaited<ReturnType<typeof openAtPingOne>>;
