import type { OpenMetricsContentType } from 'prom-client';
import { metricNamespace } from '../../../lambdas/domain/metric.ts';
import { type CounterMetric, type Counts, counterMetrics } from './counts.ts';
import type { DiskUse } from './disk-use.ts';
import { metricHelp } from './metric-help.ts';

/** What is measured of this machine alone, besides what CloudWatch is told on AWS. */
export type Measured = {
  readonly counts: Pick<Counts, 'counters' | 'gauges' | 'measuredAtMs'>;
  /** Absent where nothing is kept. */
  readonly diskUse: DiskUse | undefined;
  readonly isReady: boolean;
};

const nameOf = (name: string): string => `${metricNamespace}_${name}`;

/** The media type of {@link metricsText}. */
export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Everything that is counted and measured, as OpenMetrics text ("OpenMetrics 1.0", which Prometheus scrapes): by the names of CloudWatch, behind its namespace. */
export const metricsText = async ({ counts, diskUse, isReady }: Measured): Promise<string> => {
  const { Counter, Gauge, Registry } = await import('prom-client'); // whoever never asks does not wait for it at the start
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(openMetricsType);
  const registers = [registry];
  const gauge = (name: string, help: string, values: readonly (readonly [Record<string, string>, number])[]): void => {
    if (values.length === 0) return;
    const labelNames = Object.keys(values[0]?.[0] ?? {});
    const one = new Gauge({ name: nameOf(name), help, labelNames, registers });
    for (const [labels, value] of values) one.set(labels, value);
  };
  const counters = new Map<CounterMetric, InstanceType<typeof Counter>>(
    counterMetrics.map((name) => [
      name,
      new Counter({ name: nameOf(name), help: metricHelp[name], labelNames: ['gatewayId'], registers }),
    ]),
  );
  for (const { name, gatewayId, value } of counts.counters()) counters.get(name)?.inc({ gatewayId }, value);
  for (const [name, value] of counts.gauges()) gauge(name, metricHelp[name], [[{}, value]]);
  const measuredAtMs = counts.measuredAtMs();
  if (measuredAtMs !== undefined)
    gauge('MeasuredAtSeconds', 'When the reconciler measured last, in epoch seconds; it does each minute.', [
      [{}, measuredAtMs / 1000],
    ]);
  gauge('Ready', 'Whether the policy check answers a probe: 1, or 0.', [[{}, isReady ? 1 : 0]]);
  if (diskUse) {
    const parts = [...diskUse.parts].map(([part, bytes]) => [{ part }, bytes] as const);
    gauge('DataFolderBytes', 'What each part of the data folder takes.', parts);
    gauge('DiskFreeBytes', 'What is free for this user where the data folder is.', [[{}, diskUse.freeBytes]]);
  }
  return registry.metrics();
};
