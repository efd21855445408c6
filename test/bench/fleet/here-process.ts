import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { GatewayId } from '../../../lambdas/domain/ids.ts';
import { steadyClock } from '../../../lambdas/runtime/steady-clock.ts';
import { OPERATOR } from '../../../lib/emulator/wire/keys.ts';
import { systemTimers } from '../../../lib/emulator/wire/timers.ts';
import { type Deployment, openDeployment } from '../../../lib/local/deployment.ts';
import { openJournal } from '../../../lib/local/journal.ts';
import { synthesised } from '../../../lib/local/synthesised.ts';
import { serveParent, startChild } from '../child.ts';
import type { KitCounts } from './deployed-fleet.ts';
import { type Pressed, press } from './press.ts';

/** What one part of the work took: of the machine, of this process's processor, and calls that the AWS endpoint answered to functions. */
export type Phase = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly calls: Readonly<Record<string, number>>;
};

/** What this machine did with a fleet of webhook kits. */
export type MeasuredHere = {
  readonly apply: Phase;
  /** From the start of the execution until the record names the rotation. */
  readonly begin: Phase;
  /** From then on until the last kit had the credential. */
  readonly give: Phase;
  /** From the press of the button until the last kit had the next one: each holds one by then. */
  readonly giveAgain: Phase;
  readonly requestsToKits: number;
  readonly readyMb: number;
  readonly peakMb: number;
  /** Of the fleet first, then of gateways with one kit. */
  readonly presses: readonly Pressed[];
};

const fleetId = 'orders' as GatewayId;
const smallIds = Array.from({ length: 9 }, (_, index) => `small-${index}` as GatewayId);
const project = join(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'fleet-here-'));
const registryFile = join(folder, 'gateways.json');
const journal = { logTo: 'file', logLevel: 'INFO', logsChecks: false, stdout: process.stdout } as const;
const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const builtin = { authority: { kind: 'builtin' }, decision: { kind: 'allow-all' } };
let calls: Record<string, number> = {};

const writeRegistry = (gateways: readonly object[]): void => writeFileSync(registryFile, JSON.stringify({ gateways }));
const kitAt = (origin: string, index: number) => ({
  kitId: `kit-${index}`,
  kind: 'webhook',
  owner: `team-${index % 20}@example.com`,
  settings: { url: `${origin}/kit-${index}`, readBackUrl: `${origin}/kit-${index}`, signingSecret: 'fleet/signing' },
});
const residentMb = (): number => process.memoryUsage.rss() / 1e6;
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await pause(100);
};
const measured = async (work: () => Promise<unknown>): Promise<Phase> => {
  calls = {};
  const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds: (performance.now() - startedAt) / 1000, cpuSeconds: (user + system) / 1e6, calls: { ...calls } };
};

/** The file at the start names the host of the kits: this machine asks no other. */
const open = async (origin: string): Promise<Deployment> => {
  const timers = { ...systemTimers, now: steadyClock() };
  writeRegistry([{ gatewayId: fleetId, ...builtin, kits: [kitAt(origin, 0)] }]);
  const deployment = await openDeployment({
    template: await synthesised(project, join(project, 'test', 'constructs', 'fixtures', 'gateways.json')),
    projectFolder: project,
    registryFile,
    dataFolder: folder,
    address: '127.0.0.1',
    policyCheckPort: 0,
    awsPort: 0,
    tls: undefined,
    timers,
    log: openJournal({ ...journal, dataFolder: folder, now: timers.now }).logOf,
    onPublish: () => undefined,
    onEvent: () => undefined,
    onCall: ({ caller, operation }) => {
      if (caller !== OPERATOR) calls[operation] = (calls[operation] ?? 0) + 1;
    },
  });
  const Tags = [{ Key: 'gateway-credential-rotation', Value: fleetId }];
  const secret = { Name: 'fleet/signing', SecretString: signingSecret, Tags };
  await deployment.secretsManager.send(new CreateSecretCommand(secret));
  return deployment;
};

/** The gateway gets its first credential while it has no kits: so each kit is given one once, by the rotation that is measured. */
const measure = async (kits: number, say: (what: string) => void): Promise<MeasuredHere> => {
  const endpoints = startChild(join(import.meta.dirname, 'kits-process.ts'), 2_048, signingSecret, '0');
  const counts = async (): Promise<KitCounts> => (await endpoints.ask({})) as KitCounts;
  const { origin } = await counts();
  const deployment = await open(origin);
  const rotationOf = async (gatewayId: GatewayId) => (await deployment.stores.gateways.read(gatewayId))?.rotation;
  const manual = { kitId: 'kit-0', kind: 'manual', owner: 'team@example.com' };
  const apply = (fleet: readonly object[]): Promise<unknown> => {
    const small = smallIds.map((gatewayId) => ({ gatewayId, ...builtin, kits: [manual] }));
    writeRegistry([{ gatewayId: fleetId, ...builtin, kits: fleet }, ...small]);
    return deployment.call('apply-registry', { actor: 'bench', reason: 'bench' });
  };
  await apply([]);
  for (const gatewayId of smallIds) await until(async () => (await rotationOf(gatewayId))?.stage === 'DISTRIBUTED');
  await until(async () => (await rotationOf(fleetId)) === undefined);
  await deployment.cloud.startSchedules();
  const readyMb = residentMb();
  let peakMb = readyMb;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb());
  }, 100);
  const told = (what: string, phase: Phase): Phase => {
    say(`${kits} kits: ${what} in ${phase.seconds.toFixed(1)} s, ${peakMb.toFixed(0)} MB so far`);
    return phase;
  };

  const fleet = Array.from({ length: kits }, (_, index) => kitAt(origin, index));
  const applied = told('applied', await measured(() => apply(fleet)));
  const start = new StartExecutionCommand({
    stateMachineArn: deployment.cloud.outputs.stateMachineArn,
    input: JSON.stringify({ gatewayId: fleetId, reason: 'bench' }),
  });
  const begin = async (): Promise<void> => {
    await deployment.stepFunctions.send(start);
    await until(async () => (await rotationOf(fleetId)) !== undefined);
  };
  const begun = told('begun', await measured(begin));
  const given = told('given', await measured(() => until(async () => (await counts()).given >= kits)));
  const requests = await counts();
  await until(async () => (await rotationOf(fleetId))?.stage === 'DISTRIBUTED');
  const presses: Pressed[] = [];
  const again = async (): Promise<void> => {
    for (const gatewayId of [fleetId, ...smallIds]) presses.push(await press(deployment, gatewayId));
    await until(async () => (await counts()).given >= 2 * kits);
  };
  const givenAgain = told('given another one', await measured(again));
  clearInterval(watch);
  endpoints.close();
  return {
    ...{ apply: applied, begin: begun, give: given, giveAgain: givenAgain, readyMb, peakMb, presses },
    requestsToKits: requests.asked + requests.given,
  };
};

serveParent(async ({ kits }) => measure(Number(kits), (what) => console.error(what)));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
