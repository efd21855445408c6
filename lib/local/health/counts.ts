import { isCounted, type Log } from '../../../lambdas/domain/log-line.ts';
import { eventMetrics, type GaugeMetric, gaugeMetrics, policyCheckMetrics } from '../../../lambdas/domain/metric.ts';

/** What happens and is counted up; the other metrics say how many there are now. */
export type CounterMetric = (typeof policyCheckMetrics)[number] | (typeof eventMetrics)[number];
export const counterMetrics: readonly CounterMetric[] = [...policyCheckMetrics, ...eventMetrics];

/** What the functions of this machine have counted since its start, for each gateway, and what they measured last. */
export type Counts = {
  /** The same log; what is counted in its lines is counted here. */
  readonly counting: (log: Log) => Log;
  readonly counters: () => readonly {
    readonly name: CounterMetric;
    readonly gatewayId: string;
    readonly value: number;
  }[];
  readonly gauges: () => ReadonlyMap<GaugeMetric, number>;
  /** When the reconciler measured last, in epoch ms; `undefined` before the first time. */
  readonly measuredAtMs: () => number | undefined;
};

/** So many gateways are told apart; ids come from outside while no record can be read, and have no end. */
const mostGateways = 1_000;
const others = 'other';

const isGauge = (name: string): name is GaugeMetric => gaugeMetrics.some((gauge) => gauge === name);

/** Begins to count: at zero for the gateways of the file, so that the first time is seen as an increase. */
export const openCounts = (gatewayIds: readonly string[], now: () => number): Counts => {
  const known = new Set(gatewayIds);
  const counters = new Map(counterMetrics.map((name) => [name, new Map(gatewayIds.map((id) => [id, 0]))]));
  const gauges = new Map<GaugeMetric, number>();
  let measuredAtMs: number | undefined;
  const labelOf = (gatewayId: string): string => {
    if (known.has(gatewayId)) return gatewayId;
    if (known.size >= mostGateways) return others;
    known.add(gatewayId);
    return gatewayId;
  };
  return {
    counting: (log) => (level, message, fields) => {
      if (fields && isCounted(fields))
        for (const [name, value] of Object.entries(fields.metrics)) {
          if (isGauge(name)) {
            gauges.set(name, value);
            measuredAtMs = now();
            continue;
          }
          const ofEach = counters.get(name as CounterMetric);
          const label = labelOf(fields.gatewayId ?? others);
          ofEach?.set(label, (ofEach.get(label) ?? 0) + value);
        }
      log(level, message, fields);
    },
    counters: () =>
      [...counters].flatMap(([name, ofEach]) => [...ofEach].map(([gatewayId, value]) => ({ name, gatewayId, value }))),
    gauges: () => gauges,
    measuredAtMs: () => measuredAtMs,
  };
};
