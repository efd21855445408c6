import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  CfnFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { codeOf } from './bundle.ts';
import { deploymentName } from './deployment-name.ts';
import { accept, acceptWildcard } from './exceptions.ts';
import { keptLogs } from './kept-logs.ts';

/** Where functions run that have to reach what is inside a VPC. Its subnets lead to the AWS services too: by endpoints or NAT. */
export type Network = { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };

export type RotationFunctionProps = {
  /** What it does, in one sentence; shown in the console. */
  readonly description: string;
  /** 1 to 900. */
  readonly timeoutSeconds: number;
  /** 128 to 10,240; default 512: below, the first call is starved of CPU (1.1 s at 128 MB). */
  readonly memoryMb?: number;
  /** X-Ray; default off: on the path of every API request it would cost more than it tells. */
  readonly traced?: boolean;
  /** At most so many at the same time, kept for it of the account's quota; default neither. */
  readonly reservedConcurrency?: number | undefined;
  readonly logRetentionDays: RetentionDays;
  /** Whether Lambda itself writes its lines about each call; default on. For a call a request they are a sixth of its price. */
  readonly logsEachCall?: boolean;
  /** Paths of files that lie beside the code, by the names they get there; default none. */
  readonly files?: Readonly<Record<string, string>>;
};

/** What lets a function do something, and tells it by a variable to what: the one never without the other. */
export type Grant = (to: RotationFunction) => void;

/** Under what an action is allowed, as IAM writes it. */
type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** `BeginRotation` is `lambdas/begin-rotation.ts`. */
const sourceOf = (id: string): string =>
  `lambdas/${id.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.ts`;

const within = (what: string, given: number, least: number, most: number): void => {
  if (!Number.isInteger(given) || given < least || given > most)
    throw new Error(`${what}: given ${given}; allowed is a whole number from ${least} to ${most}.`);
};

/**
 * The Lambda function of the entry that its id names: Node 24 on arm64, JSON logs in a group of its own, and a role that
 * may write to that group and nothing else. `Metadata.source` of the resource names the entry.
 */
export class RotationFunction extends LambdaFunction {
  private readonly ownRole: Role;

  constructor(scope: Construct, id: string, props: RotationFunctionProps) {
    const {
      description,
      timeoutSeconds,
      memoryMb = 512,
      traced = false,
      reservedConcurrency,
      logRetentionDays,
      logsEachCall = true,
      files,
    } = props;
    within(`${id}.timeoutSeconds`, timeoutSeconds, 1, 900);
    within(`${id}.memoryMb`, memoryMb, 128, 10_240);
    const source = sourceOf(id);
    const logGroup = keptLogs(scope, `${id}Logs`, logRetentionDays);
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    super(scope, id, {
      description,
      code: codeOf(source, files),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(timeoutSeconds),
      memorySize: memoryMb,
      role,
      environment: { POWERTOOLS_SERVICE_NAME: deploymentName }, // by which its counts and its log are told from those of other stacks
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: logsEachCall ? SystemLogLevel.INFO : SystemLogLevel.WARN,
      tracing: traced ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
    });
    this.ownRole = role;
    if (traced)
      acceptWildcard(role, '*', 'X-Ray names no resources: whoever is traced sends to the one of the region.');
    const resource = this.node.defaultChild;
    if (resource instanceof CfnFunction) resource.addMetadata('source', source);
  }

  /** Runs the function inside a VPC, with what Lambda needs for its network interfaces there. */
  join({ subnetIds, securityGroupIds }: Network): void {
    const resource = this.node.defaultChild;
    if (!(resource instanceof CfnFunction)) return;
    resource.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
    this.allowWherever(
      [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      '*',
      'Lambda makes the network interfaces, and their names are not known before.',
    );
  }

  /** The same where not one resource is named but a pattern: `because` says why it cannot be narrower. */
  allowWherever(actions: readonly string[], resource: string, because: string, conditions?: Conditions): void {
    this.allow(actions, [resource], conditions);
    acceptWildcard(this.ownRole, resource, because);
  }

  /** Accepts that an action is named with a star, for a reason. */
  acceptAction(action: string, because: string): void {
    accept(this.ownRole, `AwsSolutions-IAM5[Action::${action}]`, because);
  }

  /** Lets the function do `actions` on `resources`, under `conditions` if given. */
  allow(actions: readonly string[], resources: readonly string[], conditions?: Conditions): void {
    this.addToRolePolicy(
      new PolicyStatement({ actions: [...actions], resources: [...resources], ...(conditions ? { conditions } : {}) }),
    );
  }
}
