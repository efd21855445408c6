import { statSync } from 'node:fs';
import { join } from 'node:path';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { exportedEvidence } from '../../../lib/cli/evidence-export.ts';
import { evidenceLines, linesOfFile, writePieces } from '../../../lib/cli/evidence-file.ts';
import { verifyEvidenceLines } from '../../../lib/cli/verify-evidence.ts';
import type { Template } from '../../../lib/emulator/cloudformation/template.ts';
import type { Usage } from '../../cost/measure.ts';
import { workflowOf } from '../../cost/measure.ts';
import { type Calls, type Fleet, gatewayId, type KitCounts, openFleet, type Used } from './deployed-fleet.ts';

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
  readonly evidenceMb: number;
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
const secondsSince = (startedAt: number): number => Math.round((performance.now() - startedAt) / 100) / 10;
const progressEveryMs = 5_000;

/**
 * Registers a gateway with so many webhook kits, which nobody uses meanwhile, and rotates its credential from the beginning to
 * "seen refused", by the default policy; with dead kits, until every other one has it. Rejects when that does not come about.
 */
export const measureFleet = async ({ template, kits, deadEvery, say }: FleetOptions): Promise<Measured> => {
  const fleet = await openFleet(template, { deadEvery });
  try {
    const registerSeconds = await register(fleet, kits, say);
    const cpuBefore = cpuIn(await fleet.used());
    fleet.counter.reset();
    fleet.calls.clear();
    const beganAtMs = Date.now();
    const { rotationId, seconds } = await rotate(fleet, deadEvery > 0, (what) => say(`${kits} kits: ${what}`));
    const { longestHistory, ...workflow } = await workflowOf(fleet.deployment, rotationId);
    const usage = { ...fleet.counter.counts(), ...workflow };
    const requests = await fleet.kitCounts();
    const alive = kits - (deadEvery > 0 ? Math.ceil(kits / deadEvery) : 0);
    if (requests.given < alive) throw new Error(`${requests.given} of ${alive} kits were given the credential.`);
    const cpuSeconds = cpuIn(await fleet.used()) - cpuBefore;
    const evidenceMb = await exported(fleet, rotationId);
    return {
      ...{ kits, registerSeconds, seconds, usage, longestHistory, requests, cpuSeconds, evidenceMb },
      distributeSeconds: (requests.lastGivenAtMs - beganAtMs) / 1000,
      secretWritesASecond: fleet.secretWritesASecond(),
      used: await fleet.used(),
      calls: fleet.calls,
    };
  } finally {
    await fleet.close();
  }
};

/** The gateway gets its first credential while it has no kits: so each kit is given one once, by the rotation that is measured. */
const register = async (fleet: Fleet, kits: number, say: FleetOptions['say']): Promise<number> => {
  const { origin } = await fleet.kitCounts();
  const gateway = { gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' } };
  await fleet.applyGateways([{ ...gateway, kits: [] }]);
  await fleet.deployment.cloud.startSchedules();
  await fleet.timers.runUntil(async () => (await recordOf(fleet))?.rotation === undefined, 3_600_000);
  fleet.counter.reset();
  const startedAt = performance.now();
  const tell = (): void =>
    say(`${kits} kits: registering, ${fleet.counter.counts().writeUnits} writes, ${secondsSince(startedAt)} s`);
  const progress = setInterval(tell, progressEveryMs);
  const registered = Array.from({ length: kits }, (_, index) => kitOf(origin, index));
  await fleet.applyGateways([{ ...gateway, kits: registered }]).finally(() => clearInterval(progress));
  tell();
  return secondsSince(startedAt);
};

/** To its end; with kits that never answer until all that can have it. */
const rotate = async (
  fleet: Fleet,
  areSomeDead: boolean,
  say: FleetOptions['say'],
): Promise<{ readonly rotationId: string; readonly seconds: number }> => {
  const { timers } = fleet;
  const startedAt = performance.now();
  const startedAtMs = timers.now();
  const tell = async (): Promise<void> => {
    const { given, asked } = await fleet.kitCounts();
    const stage = (await recordOf(fleet))?.rotation?.stage ?? 'no rotation';
    const minutes = ((timers.now() - startedAtMs) / 60_000).toFixed(0);
    say(`${stage}, ${given} given, ${asked} asked; ${secondsSince(startedAt)} s, in which ${minutes} minutes passed`);
  };
  let rotationId = '';
  await start(fleet.deployment);
  const progress = setInterval(() => void tell(), progressEveryMs);
  await timers
    .runUntil(async () => {
      const { rotation } = (await recordOf(fleet)) ?? {};
      rotationId = rotation?.rotationId ?? rotationId;
      if (rotationId === '') return false;
      return areSomeDead ? rotation?.stage === 'DISTRIBUTED' : rotation === undefined;
    }, 86_400_000)
    .finally(() => clearInterval(progress));
  return { rotationId, seconds: secondsSince(startedAt) };
};

const recordOf = ({ deployment }: Fleet) => deployment.stores.gateways.read(gatewayId);

/** Writes the signed record of the rotation as the command line does, checks the file, and says how large it is, in MB. */
const exported = async ({ deployment, folder }: Fleet, rotationId: string): Promise<number> => {
  const file = join(folder, 'evidence.json');
  const connection = {
    output: () => 'evidence',
    invoke: (name: string, event: unknown) => deployment.call(name, event),
  };
  const { head, parts } = await exportedEvidence(connection, { rotationId, gatewayId });
  await writePieces(file, evidenceLines(head, parts));
  const verified = verifyEvidenceLines(linesOfFile(file), { chain: true });
  if (!verified.isGood) throw new Error(`The evidence is not good: ${verified.why}`);
  return statSync(file).size / 1e6;
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
