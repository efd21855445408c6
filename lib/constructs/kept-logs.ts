import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/**
 * A log group whose lines are kept for so many days, also when the stack goes; a deployment that fails takes with it what it
 * had created. Give a `name` only where AWS asks for a beginning, and make it one that no later stack has.
 */
export const keptLogs = (scope: Construct, id: string, retention: RetentionDays, name?: string): LogGroup =>
  new LogGroup(scope, id, {
    retention,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ...(name === undefined ? {} : { logGroupName: name }),
  });
