import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLogUpdate } from 'log-update';
import type { ApplyResult } from '../../lambdas/registry/apply-file.ts';
import { type Registry, RegistryRefused, readRegistry } from '../../lambdas/registry/read-registry.ts';
import { steadyClock } from '../../lambdas/runtime/steady-clock.ts';
import { systemTimers } from '../emulator/wire/timers.ts';
import { NotWritten } from '../user-file.ts';
import { type ConsoleServer, startConsoleServer } from './console/server.ts';
import { type Demo, openDemo } from './demo/demo.ts';
import { linesOf } from './demo/live-view.ts';
import { isProven, type RotationReport, type TrafficCount, writeReport } from './demo/report.ts';
import { rotateOnce } from './demo/rotate-each.ts';
import { type Deployment, openDeployment } from './deployment.ts';
import { openJournal } from './journal.ts';
import { help, OptionRefused, type Options, parseOptions } from './options.ts';
import { snapshotOf } from './snapshot.ts';
import { synthesised } from './synthesised.ts';

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));
const none: TrafficCount = { requests: 0, refused: 0 };

/** Shows the gateways live: as a picture that moves on a terminal, else a line for each transition. */
const show = (
  deployment: Deployment,
  registry: Registry,
  counts: (gatewayId: string) => TrafficCount,
): { stop(): Promise<void> } => {
  if (!process.stdout.isTTY) return { stop: async () => undefined };
  const view = createLogUpdate(process.stdout);
  let stopped = false;
  const draw = async (): Promise<void> => {
    const snapshots = await Promise.all(
      registry.gateways.map(({ gatewayId }) => snapshotOf(deployment.stores, gatewayId)),
    );
    view(
      snapshots
        .flatMap((snapshot) => (snapshot ? [...linesOf(snapshot, counts(snapshot.gateway.gatewayId)), ''] : []))
        .join('\n'),
    );
  };
  const loop = (async () => {
    while (!stopped) {
      await draw().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await draw().catch(() => undefined);
    view.done();
  })();
  return {
    stop: async () => {
      stopped = true;
      await loop;
    },
  };
};

const sentenceOf = (report: RotationReport): string =>
  isProven(report)
    ? `${report.gatewayId}: rotated. ${report.requests} kit requests, 0 refused; the old credential was revoked at ${report.revokedAt} and seen refused at ${report.oldRefusedAt}.`
    : `${report.gatewayId}: NOT proven. Status ${report.status}, ${report.refused} of ${report.requests} kit requests refused, old credential ${report.oldRefusedAt ? `refused at ${report.oldRefusedAt}` : 'not seen refused'}.`;

const main = async (options: Options): Promise<number> => {
  const startedAtMs = Date.now();
  const registry = readRegistry(readFileSync(options.gatewaysFile, 'utf8'));
  const journal = openJournal(options.dataFolder);
  let demo: Demo | undefined;
  let page: ConsoleServer | undefined;
  const deployment = await openDeployment({
    ...options,
    template: await synthesised(projectFolder, options.gatewaysFile),
    projectFolder,
    timers: { ...systemTimers, now: steadyClock() },
    log: journal.logOf,
    registryFile: options.gatewaysFile,
    onPublish: (message) => demo?.deliver(message),
    onEvent: ({ atMs, detail }) => {
      if (process.stdout.isTTY || !('gatewayId' in detail && 'kind' in detail)) return;
      console.log(
        `${new Date(atMs).toISOString()} ${String(detail.gatewayId)} ${String(detail.kind)}${'rotationId' in detail ? ` ${String(detail.rotationId)}` : ''}`,
      );
    },
  });
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  const close = async (): Promise<void> => {
    await page?.close();
    await demo?.close();
    await deployment.close();
  };
  try {
    if (options.plan) {
      const { changes } = (await deployment.call('apply-registry', { plan: true })) as ApplyResult;
      console.log(changes.length === 0 ? 'Nothing would change.' : changes.join('\n'));
      return 0;
    }
    const { consolePort: port, dataFolder } = options;
    page = await startConsoleServer({ port, dataFolder, call: deployment.call });
    demo = await openDemo(deployment, registry);
    const counts = (gatewayId: string): TrafficCount => demo?.counts(gatewayId) ?? none;
    const { changes } = (await deployment.call('apply-registry', {
      actor: 'npm start',
      reason: 'the start of this machine',
    })) as ApplyResult;
    for (const change of changes) console.log(change);
    await deployment.cloud.startSchedules();
    console.log(
      `Ready in ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s. Policy check ${deployment.policyCheckUrl}, AWS endpoint ${deployment.cloud.endpointUrl}`,
    );
    console.log(`For the AWS CLI: export AWS_SHARED_CREDENTIALS_FILE=${deployment.cloud.credentialsFile()}`);
    // The link lets in whoever has it: it is shown to a person, and never to a log.
    const shown = process.stdout.isTTY
      ? `${page.link()} (for one browser, once; the next link`
      : `${page.url} (its link`;
    console.log(`Console ${shown} is in ${page.linkFile})`);
    demo.startTraffic(options.demoRequestsPerSecond);
    const view = show(deployment, registry, counts);
    const reports: RotationReport[] = [];
    for (const { gatewayId } of registry.gateways) {
      const gateway = await deployment.stores.gateways.read(gatewayId);
      const done =
        gateway?.ended.some(({ outcome }) => outcome === 'COMPLETED') && !gateway.rotation && gateway.live.length > 0;
      if (done && !options.once) continue; // rotated once before, in this data folder
      const report = await rotateOnce(deployment, gatewayId, () => counts(gatewayId), stopping.signal);
      if (report) reports.push(report);
    }
    await view.stop();
    for (const report of reports) console.log(sentenceOf(report));
    if (options.reportFile) writeReport(options.reportFile, reports);
    if (options.once) {
      const silent = registry.gateways.some(({ gatewayId, demo }) => demo && counts(gatewayId).requests === 0);
      const proven = !silent && reports.length === registry.gateways.length && reports.every(isProven);
      if (!proven) for (const line of journal.lastWarnings()) console.error(line);
      return proven ? 0 : 1;
    }
    if (!stopping.signal.aborted) {
      console.log('Everything stays up until Ctrl-C.');
      await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve, { once: true }));
    }
    return 0;
  } finally {
    await close();
  }
};

/** One line for the person who typed the command; only a defect shows where it happened. */
const explain = (error: unknown): string => {
  if (error instanceof OptionRefused || error instanceof NotWritten || error instanceof RegistryRefused)
    return error.message;
  const { code, port, address } = (error ?? {}) as { code?: unknown; port?: unknown; address?: unknown };
  if (code === 'EADDRINUSE')
    return `Port ${String(port)} of ${String(address)} is in use: stop what listens there, or give another port (npm start -- --help).`;
  if (code === 'LEVEL_DATABASE_NOT_OPEN' || code === 'LEVEL_LOCKED')
    return 'The data folder is in use by another process: stop it, or give another folder with --data.';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

try {
  const options = parseOptions(process.argv.slice(2), projectFolder);
  if (options === 'help') console.log(help);
  else process.exitCode = await main(options);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
