import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { withoutDemo } from '../../lambdas/registry/read-registry.ts';
import { hostsOf } from '../../lambdas/registry/registry-hosts.ts';
import { wholeRegistry } from '../registry-files/whole-registry.ts';
import { type Grant, RotationFunction } from './rotation-function.ts';
import { SettingsRefused } from './settings.ts';

export type GatewayRegistryProps = {
  /** Path of gateways.json, from the folder in which the app runs; it may name further files. */
  readonly gateways: string;
  /** The hosts that URLs of kits may have; none for those that the file names. */
  readonly kitHosts: readonly string[];
  readonly logRetentionDays: RetentionDays;
  /** The tables that it protects from deletion. */
  readonly tables: readonly string[];
};

const name = 'gateways.json';
/** All variables of a function together have 4 KB. */
const longestHosts = 2_000;

/**
 * Applies gateways.json on deployment, whenever the file has changed, and protects the tables from then on. It travels with the function's code. CloudFormation
 * never asks to delete it: gateways and their credentials outlive the stack.
 */
export class GatewayRegistry extends Construct {
  readonly applyRegistry: RotationFunction;
  /** Which hosts a function may ask that reaches kits. */
  readonly reachesKits: Grant;
  private readonly applied: CustomResource;

  constructor(scope: Construct, id: string, { gateways, kitHosts, logRetentionDays, tables }: GatewayRegistryProps) {
    super(scope, id);
    const path = resolve(gateways);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile())
      throw new SettingsRefused(
        `gateways: given ${JSON.stringify(gateways)}; allowed is the path of a file that exists, such as "./gateways.json".`,
      );
    const { text, registry } = wholeRegistry(path);
    const hosts = (kitHosts.length > 0 ? kitHosts : hostsOf(withoutDemo(registry))).join(' ');
    if (hosts.length > longestHosts)
      throw new SettingsRefused(
        `kitHosts: given hosts of ${hosts.length} characters together; allowed are ${longestHosts}, since a function has no room for more. Name several by one, such as *.kits.example.com.`,
      );
    this.reachesKits = (to) => to.addEnvironment('KIT_HOSTS', hosts);
    this.applyRegistry = withWhole(
      path,
      text,
      (whole) =>
        new RotationFunction(this, 'ApplyRegistry', {
          description: 'Applies gateways.json: registers gateways and kits, starts first rotations.',
          timeoutSeconds: 900, // up to 100,000 kits
          memoryMb: 1_024, // which it holds all at once, to compare them
          logRetentionDays,
          files: { [name]: whole },
        }),
    );
    this.applyRegistry.addEnvironment('REGISTRY_FILE', `/var/task/${name}`); // where Lambda puts the code
    this.applied = new CustomResource(this, 'Applied', {
      resourceType: 'Custom::GatewayRegistry',
      serviceToken: this.applyRegistry.functionArn,
      serviceTimeout: Duration.minutes(16), // the function ends after 15
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      properties: { Hash: createHash('sha256').update(text).digest('hex'), Protected: tables },
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

/** Makes something of a file with this text: of the one that was given when it says all, else of one that goes again. */
const withWhole = <Made>(path: string, text: string, make: (whole: string) => Made): Made => {
  if (readFileSync(path, 'utf8') === text) return make(path);
  const folder = mkdtempSync(join(tmpdir(), 'gateways-'));
  try {
    const whole = join(folder, name);
    writeFileSync(whole, text);
    return make(whole);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
