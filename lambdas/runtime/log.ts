import { type Metric, metricNamespace, metricService } from '../domain/metric.ts';

/** What a line may say besides its message: ids, codes, counts and reasons. A field that is not here does not compile; a value, a header or a body has none. */
export type LogFields = {
  readonly gatewayId?: string;
  readonly kitId?: string;
  readonly rotationId?: string;
  readonly credentialId?: string;
  readonly owner?: string;
  readonly code?: string;
  readonly kind?: string;
  readonly why?: string;
  readonly refused?: string;
  readonly error?: string | { readonly name?: string; readonly message?: string };
  readonly blockers?: readonly object[];
  readonly laggards?: readonly object[];
  readonly nextRotationAtMs?: number;
  readonly function?: string;
  readonly requestId?: string;
  /** The rotation that the call is about: the same in every function's lines, in events and in the audit. */
  readonly correlation_id?: string;
};

/** One line in CloudWatch's embedded metric format. */
export type MetricFields = Readonly<Partial<Record<Metric, number>>> & {
  readonly _aws: object;
  readonly service: string;
  readonly gatewayId?: string;
};

/** Writes one structured line. */
export type Log = (level: 'INFO' | 'WARN' | 'ERROR', message: string, fields?: LogFields | MetricFields) => void;

/** Any credential of the builtin authority, whole or cut off. */
const credential = /gwc_[0-9A-Za-z]*_[0-9A-Za-z]+/g;

/** The same log, through which no credential comes, wherever in a line it stands; `more` is in each of its lines. */
export const withoutSecrets =
  (log: Log, more: () => LogFields = () => ({})): Log =>
  (level, message, fields = {}) =>
    log(level, redacted(message), JSON.parse(redacted(JSON.stringify({ ...more(), ...fields }))) as LogFields);

const redacted = (text: string): string => text.replace(credential, 'gwc_[redacted]');

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
  dimensions: { readonly gatewayId?: string },
): MetricFields => ({
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
