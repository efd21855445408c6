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

/** What is counted: over all gateways, and for the one that it is about. */
export type MetricFields = {
  readonly metrics: Readonly<Partial<Record<Metric, number>>>;
  readonly gatewayId?: string;
};
export const isCounted = (fields: LogFields | MetricFields): fields is MetricFields => 'metrics' in fields;

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

/**
 * One JSON line, straight to standard output: with JSON as its log format Lambda's runtime wraps what goes through the
 * console into a text, and CloudWatch finds no metric in it ("Using the embedded metric format with Lambda").
 */
export const logToStdout: Log = (level, message, fields = {}) => {
  const said = isCounted(fields) ? embedded(fields) : fields;
  process.stdout.write(`${JSON.stringify({ level, message, ...said, timestamp: new Date().toISOString() })}\n`);
};

/** One of them happened for a gateway. */
export const countMetric = (log: Log, name: Metric, { gatewayId }: { readonly gatewayId: string }): void =>
  log('WARN', name, { metrics: { [name]: 1 }, gatewayId });

/** How many there are now. */
export const recordGauges = (log: Log, metrics: MetricFields['metrics']): void => log('INFO', 'Measured.', { metrics });

/** CloudWatch's embedded metric format, made without a library. */
const embedded = ({ metrics, gatewayId }: MetricFields): object => ({
  _aws: {
    Timestamp: Date.now(),
    CloudWatchMetrics: [
      {
        Namespace: metricNamespace,
        Dimensions: (gatewayId === undefined ? [[]] : [[], ['gatewayId']]).map((more) => [
          ...Object.keys(metricService),
          ...more,
        ]),
        Metrics: Object.keys(metrics).map((Name) => ({ Name, Unit: 'Count' })),
      },
    ],
  },
  ...metricService,
  ...(gatewayId === undefined ? {} : { gatewayId }),
  ...metrics,
});
