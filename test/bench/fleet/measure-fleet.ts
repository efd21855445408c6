import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Template } from '../../../lib/emulator/cloudformation/template.ts';
import type { Usage } from '../../cost/measure.ts';
import { workflowOf } from '../../cost/measure.ts';
import { type Calls, gatewayId, type KitCounts, openFleet, type Used } from './deployed-fleet.ts';

/** What registering a fleet and rotating its credential came to. */
export type Measured = {
  readonly kits: number;
  readonly registerSeconds: number;
  readonly seconds: number;
  readonly distributeSeconds: number;
  readonly usage: Usage;
  readonly longestHistory: number;
  readonly secretWritesASecond: number;
  readonly requests: Pick<KitCounts, 'given' | 'asked' | 'unanswered'>;
  /** By function; of everything else that takes part, only the processor's time counts. */
  readonly used: ReadonlyMap<string, Used>;
  /** Of all of them for the rotation. */
  readonly cpuSeconds: number;
  readonly calls: ReadonlyMap<string, Calls>;
};

export type FleetOptions = {
  readonly template: Template;
  readonly kits: number;
  /** Every so manieth kit never answers; 0: all do. */
  readonly deadEvery: number;
  /** Told what goes on. */
  readonly say: (what: string) => void;
};

const cpuIn = (used: Measured['used']): number => [...used.values()].reduce((sum, one) => sum + one.cpuSeconds, 0);
const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;
const progressEveryMs = 5_000;

/**
 * Registers a gateway with so many webhook kits, which nobody uses meanwhile, and rotates its credential from the beginning to
 * "seen refused", by the default policy; with dead kits, until every other one has it. Rejects when that does not come about.
 */
export const measureFleet = async ({ template, kits, deadEvery, say }: FleetOptions): Promise<Measured> => {
  const fleet = await openFleet(template, { deadEvery });
  try {
    const { deployment, timers, counter } = fleet;
    const { origin } = await fleet.kitCounts();
    const gateway = { gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' } };
    const registered = async () => deployment.stores.gateways.read(gatewayId);
    await fleet.applyGateways([{ ...gateway, kits: [] }]);
    await deployment.cloud.startSchedules();
    await timers.runUntil(async () => (await registered())?.rotation === undefined, 3_600_000);
    const fleetOf = Array.from({ length: kits }, (_, index) => kitOf(origin, index));
    say(`${kits} kits: registering`);
    let startedAt = performance.now();
    await fleet.applyGateways([{ ...gateway, kits: fleetOf }]);
    const registerSeconds = secondsSince(startedAt);
    fleetOf.length = 0;
    say(`${kits} kits: registered in ${registerSeconds.toFixed(1)} s`);

    const cpuBefore = cpuIn(await fleet.used());
    counter.reset();
    fleet.calls.clear();
    const alive = kits - (deadEvery > 0 ? Math.ceil(kits / deadEvery) : 0);
    startedAt = performance.now();
    const startedAtMs = timers.now();
    const beganAtMs = Date.now();
    await start(deployment);
    const rotationId = async () => (await registered())?.rotation?.rotationId ?? '';
    await timers.runUntil(async () => (await rotationId()) !== '', 60_000);
    const id = await rotationId();
    const progress = setInterval(async () => {
      const { given, asked } = await fleet.kitCounts();
      const stage = (await registered())?.rotation?.stage ?? 'ENDED';
      const minutes = ((timers.now() - startedAtMs) / 60_000).toFixed(0);
      say(
        `${kits} kits: ${stage}, ${given} given the credential, asked ${asked} times; ${secondsSince(startedAt).toFixed(0)} s, in which ${minutes} minutes passed`,
      );
    }, progressEveryMs);
    try {
      await timers.runUntil(async () => {
        if (deadEvery > 0) return (await registered())?.rotation?.stage === 'DISTRIBUTED';
        return (await registered())?.rotation === undefined;
      }, 86_400_000);
    } finally {
      clearInterval(progress);
    }
    const seconds = secondsSince(startedAt);
    const { longestHistory, ...workflow } = await workflowOf(deployment, id);
    const requests = await fleet.kitCounts();
    const used = await fleet.used();
    if (requests.given < alive) throw new Error(`${requests.given} of ${alive} kits were given the credential.`);
    return {
      kits,
      registerSeconds,
      seconds,
      distributeSeconds: (requests.lastGivenAtMs - beganAtMs) / 1000,
      usage: { ...counter.counts(), ...workflow },
      longestHistory,
      secretWritesASecond: fleet.secretWritesASecond(),
      requests,
      used,
      cpuSeconds: cpuIn(used) - cpuBefore,
      calls: fleet.calls,
    };
  } finally {
    await fleet.close();
  }
};

const kitOf = (origin: string, index: number) => ({
  kitId: `kit-${index}`,
  kind: 'webhook',
  owner: `team-${index % 20}@example.com`,
  settings: {
    url: `${origin}/kit-${index}`,
    readBackUrl: `${origin}/kit-${index}`,
    signingSecret: 'fleet/signing',
  },
});

const start = ({ stepFunctions, cloud }: Awaited<ReturnType<typeof openFleet>>['deployment']) =>
  stepFunctions.send(
    new StartExecutionCommand({
      stateMachineArn: cloud.outputs.stateMachineArn,
      input: JSON.stringify({ gatewayId, reason: 'bench' }),
    }),
  );
