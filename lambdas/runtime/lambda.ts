import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { isCounted, type Log, type MetricFields } from '../domain/log-line.ts';
import { metricNamespace } from '../domain/metric.ts';
import { lambdasWith } from './host.ts';
import { serviceName } from './service-name.ts';

const logger = new Logger({ serviceName });
const counter = new Metrics({ serviceName, namespace: metricNamespace });
const levels = { INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Over all gateways, and once more for the one that it is about: Powertools publishes under one set of dimensions at a time. */
const publish = ({ metrics, gatewayId }: MetricFields): void => {
  for (const dimensions of gatewayId === undefined ? [{}] : [{}, { gatewayId }]) {
    counter.addDimensions(dimensions);
    for (const [name, value] of Object.entries(metrics)) counter.addMetric(name, MetricUnit.Count, value);
    counter.publishStoredMetrics();
  }
};

/** Powertools' logger, which adds the service, the X-Ray trace and the time; and its metrics. */
const logWithPowertools: Log = (level, message, fields = {}) =>
  isCounted(fields) ? publish(fields) : logger[levels[level]](message, { ...fields });

/** Makes a Lambda handler, see {@link lambdasWith}. */
export const lambda = lambdasWith(logWithPowertools);
