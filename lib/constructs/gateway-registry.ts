import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import type { RotationFunction } from './rotation-function.ts';

export type GatewayRegistryProps = {
  /** Path of gateways.json, from the folder in which the app runs. */
  readonly gateways: string;
  readonly apply: RotationFunction;
  /** What has to stand before the first rotation may start. */
  readonly after: readonly IConstruct[];
};

/**
 * Applies gateways.json on deployment, whenever the file has changed. CloudFormation never asks to delete it:
 * gateways and their credentials outlive the stack.
 */
export class GatewayRegistry extends Construct {
  constructor(scope: Construct, id: string, { gateways, apply, after }: GatewayRegistryProps) {
    super(scope, id);
    const path = resolve(gateways);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile())
      throw new Error(
        `gateways: given ${JSON.stringify(gateways)}; allowed is the path of a file that exists, such as "./gateways.json".`,
      );
    const file = new Asset(this, 'File', { path });
    // All of the bucket of this account's own assets: a grant on the one object would change with every edit, and reach IAM too late.
    apply.allow(['s3:GetObject'], [file.bucket.arnForObjects('*')]);
    const applied = new CustomResource(this, 'Applied', {
      resourceType: 'Custom::GatewayRegistry',
      serviceToken: apply.functionArn,
      serviceTimeout: Duration.minutes(16), // the function ends after 15
      removalPolicy: RemovalPolicy.RETAIN,
      properties: { Bucket: file.s3BucketName, Key: file.s3ObjectKey, Hash: file.assetHash },
    });
    applied.node.addDependency(...after);
  }
}
