import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { RotationFunction } from './rotation-function.ts';
import { SettingsRefused } from './settings.ts';

export type GatewayRegistryProps = {
  /** Path of gateways.json, from the folder in which the app runs. */
  readonly gateways: string;
  readonly logRetentionDays: RetentionDays;
  /** The tables that it protects from deletion. */
  readonly tables: readonly string[];
};

const name = 'gateways.json';

/**
 * Applies gateways.json on deployment, whenever the file has changed, and protects the tables from then on. It travels with the function's code. CloudFormation
 * never asks to delete it: gateways and their credentials outlive the stack.
 */
export class GatewayRegistry extends Construct {
  readonly applyRegistry: RotationFunction;
  private readonly applied: CustomResource;

  constructor(scope: Construct, id: string, { gateways, logRetentionDays, tables }: GatewayRegistryProps) {
    super(scope, id);
    const path = resolve(gateways);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile())
      throw new SettingsRefused(
        `gateways: given ${JSON.stringify(gateways)}; allowed is the path of a file that exists, such as "./gateways.json".`,
      );
    this.applyRegistry = new RotationFunction(this, 'ApplyRegistry', {
      description: 'Applies gateways.json: registers gateways and kits, starts first rotations.',
      timeoutSeconds: 900, // up to 100,000 kits
      logRetentionDays,
      files: { [name]: path },
    });
    this.applyRegistry.addEnvironment('REGISTRY_FILE', `/var/task/${name}`); // where Lambda puts the code
    this.applied = new CustomResource(this, 'Applied', {
      resourceType: 'Custom::GatewayRegistry',
      serviceToken: this.applyRegistry.functionArn,
      serviceTimeout: Duration.minutes(16), // the function ends after 15
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      properties: { Hash: createHash('sha256').update(readFileSync(path)).digest('hex'), Protected: tables },
    });
  }

  /**
   * Applies it when all of this stands: the first rotations need it, and what failed after them would take away, rolling back,
   * the records of credentials that kits have by then.
   */
  applyAfter(constructs: readonly IConstruct[]): void {
    this.applied.node.addDependency(...constructs);
  }
}
