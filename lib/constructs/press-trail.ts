import { ReadWriteType, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { accept } from './exceptions.ts';
import type { RotationFunction } from './rotation-function.ts';

export type PressTrailProps = {
  /** The functions by which somebody acts: every call of them is recorded with who called. */
  readonly functions: readonly RotationFunction[];
  readonly keptDays: number;
};

/**
 * Who pressed: CloudTrail's data events of the functions that act, kept outside this system, because the name in our own
 * audit is what the caller said. It holds no secret; what was pressed with is not in it.
 */
export class PressTrail extends Construct {
  private readonly trail: Trail;

  constructor(scope: Construct, id: string, { functions, keptDays }: PressTrailProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      lifecycleRules: [{ expiration: Duration.days(keptDays), noncurrentVersionExpiration: Duration.days(keptDays) }],
    });
    accept(
      bucket,
      'AwsSolutions-S1',
      'Digest files show whether somebody changed the trail; logs of who reads it would need a further bucket, and the same again.',
    );
    this.trail = new Trail(this, 'Trail', {
      bucket: Bucket.fromBucketName(this, 'Known', bucket.bucketName), // which CDK gives no policy of its own
      enableFileValidation: true,
      isMultiRegionTrail: false, // the functions are in this one
      includeGlobalServiceEvents: false,
      managementEvents: ReadWriteType.NONE,
    });
    for (const statement of this.written(bucket)) bucket.addToResourcePolicy(statement);
    if (bucket.policy) this.trail.node.addDependency(bucket.policy); // CloudTrail looks whether it may write
    this.trail.addLambdaEventSelector([...functions], { includeManagementEvents: false });
  }

  /** Begins when all of this stands: a deployment that fails before leaves an empty bucket, and only an empty one can be deleted. */
  recordAfter(constructs: readonly IConstruct[]): void {
    this.trail.node.addDependency(...constructs);
  }

  /** CloudTrail writes for trails of this stack: by CDK's own policy it would for one of any account that names the bucket. */
  private written(bucket: Bucket): readonly PolicyStatement[] {
    const stack = Stack.of(this);
    const trails = stack.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: `${stack.stackName}-*` });
    const allow = (action: string, resource: string, conditions: object = {}): PolicyStatement =>
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
        actions: [action],
        resources: [resource],
        conditions: { ArnLike: { 'aws:SourceArn': trails }, ...conditions },
      });
    return [
      allow('s3:GetBucketAcl', bucket.bucketArn),
      allow('s3:PutObject', bucket.arnForObjects(`AWSLogs/${stack.account}/*`), {
        StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' },
      }),
    ];
  }
}
