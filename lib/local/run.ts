import type { ApplyResult } from '../../lambdas/registry/apply-file.ts';
import { readRegistry } from '../../lambdas/registry/read-registry.ts';
import { steadyClock } from '../../lambdas/runtime/steady-clock.ts';
import type { Template } from '../emulator/cloudformation/template.ts';
import { systemTimers } from '../emulator/wire/timers.ts';
import { exitCodes } from '../exit-codes.ts';
import { type ConsoleServer, startConsoleServer } from './console/server.ts';
import { type Demo, openDemo } from './demo/demo.ts';
import { adoptInDemo } from './demo/demo-pingone.ts';
import type { DemoPorts } from './demo/demo-ports.ts';
import { keepPace } from './demo/pace.ts';
import { isProven, sentenceOf, writeReport } from './demo/report.ts';
import { rotateAll } from './demo/rotate-each.ts';
import { showLive } from './demo/show-live.ts';
import { noTraffic, type TrafficCount } from './demo/traffic-count.ts';
import { openDeployment } from './deployment.ts';
import { openCounts } from './health/counts.ts';
import { healthPages } from './health/pages.ts';
import { openJournal } from './journal.ts';
import { lostValues } from './lost-values.ts';
import { movedMarkIn } from './move/moved-mark.ts';
import { onlyAccept } from './only-accept.ts';
import type { Options } from './options.ts';
import { printEvent, printReady } from './printing.ts';
import { aborted, stopSignal } from './stopping.ts';

/** What is known before everything else is loaded; the stack is being synthesised meanwhile. */
export type Prepared = {
  readonly projectFolder: string;
  /** When the command was given, in epoch ms. */
  readonly startedAtMs: number;
  readonly options: Options;
  readonly ports: DemoPorts;
  readonly file: { readonly path: string; remove(): void };
  readonly template: Promise<Template>;
};

/** A console at any free port is not known before it listens. */
const consoleUrlOf = ({ consolePort }: Options): string | undefined =>
  consolePort === 0 ? undefined : `http://127.0.0.1:${consolePort}/?view=gateway&gatewayId={gatewayId}`;

/** Runs this machine until it is stopped, or with `--once` until everything was rotated. Resolves with the exit code. */
export const run = async (prepared: Prepared): Promise<number> => {
  const { projectFolder, startedAtMs, options, ports, file } = prepared;
  const registry = readRegistry(ports.text);
  const template = await prepared.template;
  const timers = { ...systemTimers, now: steadyClock() };
  const journal = openJournal({ ...options, now: timers.now, stdout: process.stdout });
  const ids = registry.gateways.map(({ gatewayId }) => gatewayId);
  const counts = openCounts(ids, timers.now);
  let demo: Demo | undefined;
  let page: ConsoleServer | undefined;
  const deployment = await openDeployment({
    ...options,
    template,
    projectFolder,
    timers,
    log: (functionName) => counts.counting(journal.logOf(functionName)),
    registryFile: file.path,
    consoleUrl: consoleUrlOf(options),
    onPublish: (message) => demo?.deliver(message),
    onEvent: printEvent,
  });
  const stopping = stopSignal(process);
  const closing = new AbortController();
  const close = async (): Promise<void> => {
    closing.abort();
    await page?.close();
    await demo?.close();
    await deployment.close();
    await journal.close();
    file.remove();
  };
  try {
    if (options.plan) {
      const { changes } = (await deployment.call('apply-registry', { plan: true })) as ApplyResult;
      console.log(changes.length === 0 ? 'Nothing would change.' : changes.join('\n'));
      return exitCodes.done;
    }
    const { consolePort: port, dataFolder } = options;
    const probed = { policyCheckUrl: deployment.loopbackUrl, gatewayId: ids[0] ?? 'none', now: timers.now };
    const open = healthPages({ ...probed, counts, dataFolder });
    page = await startConsoleServer({ port, dataFolder, call: deployment.call, open });
    demo = await openDemo(deployment, registry, ports, { timers, dataFolder });
    const traffic = (gatewayId: string): TrafficCount => demo?.counts(gatewayId) ?? noTraffic;
    for (const sentence of ports.moved) console.log(sentence);
    for (const sentence of await lostValues(deployment.stores, deployment.secretsManager, ids)) console.error(sentence);
    const moved = dataFolder === undefined ? undefined : movedMarkIn(dataFolder);
    if (moved) return await onlyAccept(moved, deployment, page, { startedAtMs, isAsked: options.once, stopping });
    const { changes } = (await deployment.call('apply-registry', {
      actor: 'npm start',
      reason: 'the start of this machine',
    })) as ApplyResult;
    for (const change of changes) console.log(change);
    await adoptInDemo(deployment, registry);
    await deployment.cloud.startSchedules();
    printReady(deployment, page, startedAtMs);
    void keepPace({
      timers,
      gateways: deployment.stores.gateways,
      gatewayIds: registry.gateways.flatMap(({ gatewayId, demo }) => (demo ? [gatewayId] : [])),
      requestsPerSecond: options.demoRequestsPerSecond,
      signal: closing.signal,
      setRate: demo.setRate,
    });
    const view = showLive(deployment.stores, registry, traffic);
    const reports = await rotateAll({ deployment, registry, counts: traffic, isAsked: options.once, stopping });
    await view.stop();
    for (const report of reports) console.log(sentenceOf(report));
    if (options.reportFile) writeReport(options.reportFile, reports);
    if (options.once) {
      const silent = registry.gateways.filter(({ gatewayId, demo }) => demo && traffic(gatewayId).requests === 0);
      for (const { gatewayId } of silent) console.error(`${gatewayId}: NOT proven. Its kits sent no request.`);
      const isDone = silent.length === 0 && reports.length === registry.gateways.length && reports.every(isProven);
      if (!isDone) for (const line of journal.lastWarnings()) console.error(line);
      return isDone ? exitCodes.done : exitCodes.refused;
    }
    if (!stopping.aborted) console.log('Everything stays up until Ctrl-C.');
    await aborted(stopping);
    return exitCodes.done;
  } finally {
    await close();
  }
};
