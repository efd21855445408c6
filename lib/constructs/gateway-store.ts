import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, BillingMode, ProjectionType, Table, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { keys as attributes, listIndex } from '../../lambdas/domain/names.ts';
import type { Grant } from './rotation-function.ts';

type Operation = 'BatchGetItem' | 'BatchWriteItem' | 'GetItem' | 'PutItem' | 'Query' | 'UpdateItem';

/**
 * Kept for good: a lost record is a gateway whose credentials nobody accepts. Their deletion protection is switched on at the
 * end of a deployment ({@link GatewayStore.protect}), so that one that fails before can be rolled back. Encrypted with the key that DynamoDB owns:
 * the tables hold digests only, and a key of our own would be one more thing without which every API request fails.
 */
const kept: Omit<TableProps, 'partitionKey'> = {
  billingMode: BillingMode.PAY_PER_REQUEST,
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
};
const keys = {
  partitionKey: { name: attributes.partition, type: AttributeType.STRING },
  sortKey: { name: attributes.sort, type: AttributeType.STRING },
};

/** The two tables; two, so that the authorizer may read gateways and write use, and nothing else. */
export class GatewayStore extends Construct {
  private readonly gateways: Table;
  private readonly use: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.gateways = new Table(this, 'GatewaysTable', { ...kept, ...keys });
    this.gateways.addGlobalSecondaryIndex({
      indexName: listIndex,
      partitionKey: { name: attributes.list, type: AttributeType.STRING },
      sortKey: { name: attributes.sort, type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.use = new Table(this, 'UseTable', { ...kept, ...keys, timeToLiveAttribute: attributes.expiresAt });
  }

  /** How many read units gateway records took. */
  metricReads(options: MetricOptions): Metric {
    return this.gateways.metricConsumedReadCapacityUnits(options);
  }

  /** How often reads of gateway records were throttled. */
  metricReadThrottles(options: MetricOptions): Metric {
    return this.gateways.metric('ReadThrottleEvents', options);
  }

  /** The name of the table of gateways, kits and audit. */
  get tableName(): string {
    return this.gateways.tableName;
  }

  /** The name of the table of where credentials were used. */
  get useTableName(): string {
    return this.use.tableName;
  }

  /** On gateway records, their audit, and kits. */
  onGateways(...operations: readonly Operation[]): Grant {
    return this.on(this.gateways.tableArn, operations, 'GATEWAYS_TABLE', this.gateways);
  }

  /** On the index that finds all gateways. */
  onList(...operations: readonly 'Query'[]): Grant {
    return this.on(`${this.gateways.tableArn}/index/${listIndex}`, operations, 'GATEWAYS_TABLE', this.gateways);
  }

  /** On what says where credentials were used. */
  onUse(...operations: readonly Operation[]): Grant {
    return this.on(this.use.tableArn, operations, 'USE_TABLE', this.use);
  }

  /** To switch on the deletion protection of both tables. */
  get protect(): Grant {
    return (to) => {
      to.allow(['dynamodb:DescribeTable', 'dynamodb:UpdateTable'], [this.gateways.tableArn, this.use.tableArn]);
    };
  }

  /** The names of both tables. */
  get tableNames(): readonly string[] {
    return [this.gateways.tableName, this.use.tableName];
  }

  private on(resource: string, operations: readonly Operation[], variable: string, table: Table): Grant {
    return (to) => {
      to.allow(
        operations.map((operation) => `dynamodb:${operation}`),
        [resource],
      );
      to.addEnvironment(variable, table.tableName);
    };
  }
}
