import {
  AccessLogFormat,
  AuthorizationType,
  CfnAuthorizer,
  type DomainName,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RequestAuthorizer,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Aws, Duration, RemovalPolicies } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { deploymentName } from './deployment-name.ts';
import { accept } from './exceptions.ts';
import { keptLogs } from './kept-logs.ts';
import { namedBy, onlyThrough, reachedFrom } from './policy-check-address.ts';
import { answerLikePingOne } from './policy-check-answers.ts';
import { deployAfterPermissions, released } from './policy-check-release.ts';
import { type Grant, type Network, RotationFunction } from './rotation-function.ts';

export type PolicyCheckProps = {
  readonly logRetentionDays: RetentionDays;
  /** Memory of the authorizer, 128 to 10,240. */
  readonly authorizeMemoryMb: number;
  /** Requests per second, of all gateways together, above which the policy check answers 429. */
  readonly requestsPerSecond: number;
  /** How many requests may come at once. */
  readonly requestBurst: number;
  /** How many instances of the authorizer are kept warm; default none. */
  readonly authorizeProvisioned?: number | undefined;
  /** Whether also those decisions are logged that only repeat an earlier one. */
  readonly logEveryDecision: boolean;
  /** The interface endpoints through which alone the API is reached; none makes it regional. */
  readonly privateEndpointIds: readonly string[];
  /** Where the functions run that ask it or reach kits; none is outside of any VPC. */
  readonly network: Network | undefined;
  /** A name of your own for it; without a certificate, one that API Gateway has already. */
  readonly domain: { readonly name: string; readonly certificateArn: string | undefined } | undefined;
  /** Whether to set the role with which API Gateway writes logs: one for the whole account and region, needed before any access log. */
  readonly setAccountLogRole: boolean;
};

/** Named fields only: a header or an error text could repeat the credential. */
const accessLog = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  sourceAddress: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  answer: '$context.error.responseType',
  requestMs: '$context.responseLatency',
  authorizeStatus: '$context.authorizer.status',
  authorizeMs: '$context.authorizer.latency',
  sidebandStatus: '$context.integration.status',
  sidebandMs: '$context.integration.latency',
} as const;

/**
 * The HTTP access policy service: the authorizer says whether the credential is good, the sideband what the request may do.
 * It outlives the stack: its URL is written into kits, and without it every API request of every gateway fails.
 */
export class PolicyCheck extends Construct {
  readonly api: RestApi;
  readonly authorize: RotationFunction;
  readonly sideband: RotationFunction;
  private readonly authorizer: RequestAuthorizer;
  private readonly integration: LambdaIntegration;
  private readonly network: Network | undefined;
  private readonly privateEndpointId: string | undefined;
  private readonly domain: DomainName | undefined;
  private readonly keptName: string | undefined;

  constructor(scope: Construct, id: string, props: PolicyCheckProps) {
    super(scope, id);
    const { logRetentionDays, authorizeMemoryMb, requestsPerSecond, requestBurst, setAccountLogRole } = props;
    this.network = props.network;
    this.privateEndpointId = props.privateEndpointIds[0];
    this.authorize = new RotationFunction(this, 'Authorize', {
      description: 'Decides for each request whether its gateway credential is good.',
      timeoutSeconds: 3, // 1 s for the read, 1 s for the write of use, and a cold start
      memoryMb: authorizeMemoryMb,
      logRetentionDays,
      logsEachCall: false,
    });
    if (props.logEveryDecision) this.authorize.addEnvironment('LOG_EVERY_DECISION', 'true');
    this.sideband = new RotationFunction(this, 'Sideband', {
      description: 'Answers what a request behind a good gateway credential may do.',
      timeoutSeconds: 9, // kits give up after 10 s by default: answer before, with a body they can read
      logRetentionDays,
      logsEachCall: false,
    });
    this.integration = new LambdaIntegration(this.sideband, { allowTestInvoke: false });
    this.authorizer = new RequestAuthorizer(this, 'Authorizer', {
      handler: released(this.authorize, props.authorizeProvisioned ?? 0),
      identitySources: [],
      resultsCacheTtl: Duration.seconds(0), // a cached yes would outlive a revocation
    });
    // An empty list of sources is written as "", which is not the same as none.
    const authorizer = this.authorizer.node.defaultChild;
    if (authorizer instanceof CfnAuthorizer) authorizer.identitySource = undefined;
    this.api = new RestApi(this, 'Api', {
      restApiName: `policy-check-${deploymentName}`, // by which CloudWatch counts: the one that an earlier stack left counts too
      description: 'Policy check: gateway credential and access decision.',
      ...reachedFrom(props.privateEndpointIds),
      cloudWatchRole: setAccountLogRole,
      binaryMediaTypes: [everyBody],
      deployOptions: {
        stageName,
        throttlingRateLimit: requestsPerSecond,
        throttlingBurstLimit: requestBurst,
        accessLogDestination: new LogGroupLogDestination(keptLogs(this, 'AccessLogs', logRetentionDays)),
        accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLog)),
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false, // it would log the credential
        metricsEnabled: true,
      },
    });
    onlyThrough(this.api, props.privateEndpointIds);
    answerLikePingOne(this.api);
    for (const [rule, reason] of Object.entries(accepted)) accept(this.api, rule as keyof typeof accepted, reason);
    const gateway = this.api.root.addResource('gateways').addResource('{gatewayId}');
    this.addSideband(gateway);
    const kit = gateway.addResource('kits').addResource('{kitId}');
    this.addSideband(kit);
    this.addSideband(kit.addResource('nodes').addResource('{node}'));
    deployAfterPermissions(this.api, this.authorize);
    const { name, certificateArn } = props.domain ?? {};
    if (name && certificateArn) this.domain = namedBy(this.api, name, certificateArn);
    else this.keptName = name;
    RemovalPolicies.of(this).retainOnUpdateOrDelete();
  }

  /** What the Service URLs of kits begin with, without a slash at its end: `/gateways/…` follows. */
  get url(): string {
    const name = this.domain?.domainName ?? this.keptName;
    return name ? `https://${name}` : this.stageUrl;
  }

  /** Where the name of its own has to lead, by a CNAME or alias in your DNS. */
  get domainTarget(): string | undefined {
    return this.domain?.domainNameAliasDomainName;
  }

  /** The same without any name of its own: our own questions do not depend on somebody's DNS. */
  private get stageUrl(): string {
    const host = this.privateEndpointId ? `${this.api.restApiId}-${this.privateEndpointId}` : this.api.restApiId;
    return `https://${host}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${stageName}`;
  }

  /** To ask the policy check as a kit would, and to reach kits: from where they are. */
  get ask(): Grant {
    return (to) => {
      to.addEnvironment('POLICY_CHECK_URL', this.stageUrl);
      if (this.network) to.join(this.network);
    };
  }

  private addSideband(under: IResource): void {
    const sideband = under.addResource('sideband');
    for (const leg of ['request', 'response'])
      sideband.addResource(leg).addMethod('POST', this.integration, {
        authorizer: this.authorizer,
        authorizationType: AuthorizationType.CUSTOM,
      });
  }
}

const stageName = 'v1';

/**
 * Kits write bytes into their JSON that are no UTF-8. With this the sideband gets each body in base64, whatever its
 * Content-Type; otherwise API Gateway would hand it over as text, with U+FFFD for what is none. Of an answer in base64
 * (which it only is where text could not keep it) API Gateway makes bytes when the first type in the client's Accept is in
 * the list: this one stands for each of them. For a kit that sends no Accept AWS documents nothing; were its answer left in
 * base64, it would be no JSON, and the kit would refuse instead of passing on what was changed. Answers as text, gateway
 * responses and the authorizer, whose event has no body, stay as they are.
 */
const everyBody = '*/*';

/** What cdk-nag finds here and we want so. */
const accepted = {
  'AwsSolutions-APIG2':
    'The sideband checks what kits send, and answers so that they can read it; API Gateway would answer otherwise.',
  'AwsSolutions-APIG3': 'The firewall is a setting: whether addresses are kept away is for whoever deploys to say.',
  'AwsSolutions-APIG6':
    'Execution logs hold headers, and one of them is the credential; the access log has what is needed.',
  'AwsSolutions-COG4': 'Its own authorizer checks gateway credentials, which is what this system is for.',
  'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
    'API Gateway has one log role for the whole account, and this is the policy that AWS gives it.',
} as const;
