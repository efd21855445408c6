import { Logger } from '@aws-lambda-powertools/logger';
import { metricService } from '../domain/metric.ts';
import { lambdasWith } from './host.ts';
import { type Log, logToConsole } from './log.ts';

const logger = new Logger({ serviceName: metricService.service });
const levels = { INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Powertools' logger: it adds the service, the X-Ray trace and the time. A metric is a line of its own form, on standard output. */
const logWithPowertools: Log = (level, message, fields = {}) =>
  '_aws' in fields ? logToConsole(level, message, fields) : logger[levels[level]](message, { ...fields });

/** Makes a Lambda handler, see {@link lambdasWith}. */
export const lambda = lambdasWith(logWithPowertools);
