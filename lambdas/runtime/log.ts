import { isCounted, type Log, type LogFields, type MetricFields } from '../domain/log-line.ts';
import { type Metric, metricDimension, metricNamespace } from '../domain/metric.ts';
import { serviceName } from './service-name.ts';

export type { Log } from '../domain/log-line.ts';

/** Any credential of the builtin authority, whole or cut off. */
const credential = /gwc_[0-9A-Za-z]*_[0-9A-Za-z]+/g;
/** A signed JSON Web Token, as PingOne's credentials and access tokens are, whole or cut off in its claims. */
const token = /eyJ[\w-]{8,}\.(?:eyJ[\w-]*)?(?:\.[\w-]*)?/g;

/** The same log, through which no credential comes, wherever in a line it stands; `more` is in each of its lines. */
export const withoutSecrets =
  (log: Log, more: () => LogFields = () => ({})): Log =>
  (level, message, fields = {}) =>
    log(
      level,
      withoutCredentials(message),
      JSON.parse(withoutCredentials(JSON.stringify({ ...more(), ...fields }))) as LogFields,
    );

/** A text without any credential or token that may stand in it. */
export const withoutCredentials = (text: string): string =>
  text.replace(credential, 'gwc_[redacted]').replace(token, '[redacted token]');

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
        Dimensions: (gatewayId === undefined ? [[]] : [[], ['gatewayId']]).map((more) => [metricDimension, ...more]),
        Metrics: Object.keys(metrics).map((Name) => ({ Name, Unit: 'Count' })),
      },
    ],
  },
  [metricDimension]: serviceName,
  ...(gatewayId === undefined ? {} : { gatewayId }),
  ...metrics,
});
