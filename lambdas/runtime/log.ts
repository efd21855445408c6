import { type Metric, metricNamespace, metricService } from '../domain/metric.ts';

/** Writes one structured line. Fields are ids, codes, counts and times; never a value, a header or a body. */
export type Log = (
  level: 'INFO' | 'WARN' | 'ERROR',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** One JSON line on standard output, the form Lambda's JSON logging keeps as it is. */
export const logToConsole: Log = (level, message, fields = {}) => {
  console.log(JSON.stringify({ level, message, ...fields, timestamp: new Date().toISOString() }));
};

/** One of them happened for a gateway: counted over all gateways, and for this one. */
export const countMetric = (log: Log, name: Metric, dimensions: { readonly gatewayId: string }): void =>
  log('WARN', name, embedded({ [name]: 1 }, [[], ['gatewayId']], dimensions));

/** How many there are now, over all gateways. */
export const recordGauges = (log: Log, values: Partial<Readonly<Record<Metric, number>>>): void =>
  log('INFO', 'Measured.', embedded(values, [[]], {}));

/** CloudWatch's embedded metric format: a log line that becomes metrics. */
const embedded = (
  values: Partial<Readonly<Record<Metric, number>>>,
  dimensionSets: readonly (readonly string[])[],
  dimensions: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> => ({
  _aws: {
    Timestamp: Date.now(),
    CloudWatchMetrics: [
      {
        Namespace: metricNamespace,
        Dimensions: dimensionSets.map((names) => [...Object.keys(metricService), ...names]),
        Metrics: Object.keys(values).map((Name) => ({ Name, Unit: 'Count' })),
      },
    ],
  },
  ...metricService,
  ...dimensions,
  ...values,
});
