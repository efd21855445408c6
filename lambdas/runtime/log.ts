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

/** A count in CloudWatch's embedded metric format, written as a log line. */
export const countMetric = (log: Log, name: string, dimensions: Readonly<Record<string, string>>): void =>
  log('WARN', name, {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: 'GatewayCredentialRotation',
          Dimensions: [Object.keys(dimensions)],
          Metrics: [{ Name: name, Unit: 'Count' }],
        },
      ],
    },
    ...dimensions,
    [name]: 1,
  });
