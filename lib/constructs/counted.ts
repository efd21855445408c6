import { Metric as CloudWatchMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import {
  type GaugeMetric,
  gaugeMetrics,
  type Metric,
  metricDimension,
  metricNamespace,
} from '../../lambdas/domain/metric.ts';
import { deploymentName } from './deployment-name.ts';

const isGauge = (name: Metric): name is GaugeMetric => gaugeMetrics.some((gauge) => gauge === name);

/** What our functions count under this name, over all gateways: how often it happened in a period, or how many there were. */
export const counted = (name: Metric, minutes: number): CloudWatchMetric =>
  new CloudWatchMetric({
    namespace: metricNamespace,
    metricName: name,
    dimensionsMap: { [metricDimension]: deploymentName },
    statistic: isGauge(name) ? 'Maximum' : 'Sum',
    period: Duration.minutes(minutes),
  });
