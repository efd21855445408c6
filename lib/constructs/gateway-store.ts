import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, BillingMode, ProjectionType, Table, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { keys as attributes, listIndex } from '../../lambdas/domain/names.ts';
import type { RotationFunction } from './rotation-function.ts';

/**
 * Kept for good: a lost record is a gateway whose credentials nobody accepts. Encrypted with the key that DynamoDB owns:
 * the tables hold digests only, and a key of our own would be one more thing without which every API request fails.
 */
const kept: Omit<TableProps, 'partitionKey'> = {
  billingMode: BillingMode.PAY_PER_REQUEST,
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  deletionProtection: true,
  removalPolicy: RemovalPolicy.RETAIN,
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

  /** To read gateway records. */
  grantReadRecords(to: RotationFunction): void {
    this.onGateways(to, 'GetItem');
  }

  /** The name of the table of gateways, kits and audit. */
  get tableName(): string {
    return this.gateways.tableName;
  }

  /** To read and save gateway records and their audit; who saves one publishes from the audit what could not be published before. */
  grantRecords(to: RotationFunction): void {
    this.onGateways(to, 'GetItem', 'PutItem', 'Query');
  }

  /** To read kits and audit. */
  grantReadKits(to: RotationFunction): void {
    this.onGateways(to, 'Query');
  }

  /** To read kits and to save what was done with them. */
  grantKits(to: RotationFunction): void {
    this.onGateways(to, 'Query', 'UpdateItem');
  }

  /** To read gateway records, kits and audit, and to find all gateways: what it takes to show them. */
  grantLook(to: RotationFunction): void {
    this.onGateways(to, 'GetItem', 'BatchGetItem', 'Query');
    to.allow(['dynamodb:Query'], [`${this.gateways.tableArn}/index/${listIndex}`]);
    this.onUse(to, 'Query');
  }

  /** To read many gateway records at once. */
  grantReadMany(to: RotationFunction): void {
    this.onGateways(to, 'BatchGetItem');
  }

  /** To find all gateways and pending kits. */
  grantLists(to: RotationFunction): void {
    to.allow(['dynamodb:Query'], [`${this.gateways.tableArn}/index/${listIndex}`]);
    to.addEnvironment('GATEWAYS_TABLE', this.gateways.tableName);
  }

  /** To read where credentials were used. */
  grantReadUse(to: RotationFunction): void {
    this.onUse(to, 'Query');
  }

  /** To read whether a probe of ours was recorded. */
  grantReadProbes(to: RotationFunction): void {
    this.onUse(to, 'GetItem');
  }

  /** To read one gateway record and to record one use: what the authorizer does for each request. */
  grantAuthorize(to: RotationFunction): void {
    this.onGateways(to, 'GetItem');
    this.onUse(to, 'UpdateItem');
  }

  private onGateways(to: RotationFunction, ...operations: readonly string[]): void {
    allow(to, this.gateways, operations);
    to.addEnvironment('GATEWAYS_TABLE', this.gateways.tableName);
  }

  private onUse(to: RotationFunction, ...operations: readonly string[]): void {
    allow(to, this.use, operations);
    to.addEnvironment('USE_TABLE', this.use.tableName);
  }
}

const allow = (to: RotationFunction, table: Table, operations: readonly string[]): void =>
  to.allow(
    operations.map((operation) => `dynamodb:${operation}`),
    [table.tableArn],
  );
