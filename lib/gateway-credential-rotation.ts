import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Aws, CfnOutput, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { planAlias, urlAlias } from '../lambdas/domain/names.ts';
import { actingFunctions } from './constructs/acting-functions.ts';
import { Alarms } from './constructs/alarms.ts';
import { commandKits, grantsOnCommands } from './constructs/command-kits.ts';
import { CompromiseButton } from './constructs/compromise-button.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { DeadLetters } from './constructs/dead-letters.ts';
import { problemsOfRegistry } from './constructs/deployable-registry.ts';
import { edgeKits, grantsOnEdge } from './constructs/edge-kits.ts';
import { EvidenceKey } from './constructs/evidence-key.ts';
import { Firewall } from './constructs/firewall.ts';
import { forwardTargets } from './constructs/forward-targets.ts';
import { functionKits, grantsOnFunctions } from './constructs/function-kits.ts';
import { GatewayRegistry } from './constructs/gateway-registry.ts';
import { GatewaySecrets } from './constructs/gateway-secrets.ts';
import { GatewayStore } from './constructs/gateway-store.ts';
import { grant } from './constructs/grants.ts';
import { News } from './constructs/news.ts';
import { Operators } from './constructs/operators.ts';
import { OwnKits } from './constructs/own-kits.ts';
import { OwnerNotifications } from './constructs/owner-notifications.ts';
import { assumingRoles, grantsOnParameters, parameterKits, rolesOfKits } from './constructs/parameter-kits.ts';
import { People, type PeopleRole } from './constructs/people.ts';
import { PolicyCheck } from './constructs/policy-check.ts';
import { PressTrail } from './constructs/press-trail.ts';
import { Reconciler } from './constructs/reconciler.ts';
import { type Network, RotationFunction } from './constructs/rotation-function.ts';
import { RotationKey } from './constructs/rotation-key.ts';
import { type CheckedProps, checkedProps, type GatewayCredentialRotationProps } from './constructs/rotation-props.ts';
import { rotationTasks } from './constructs/rotation-tasks.ts';
import { RotationWorkflow } from './constructs/rotation-workflow.ts';
import { SettingsRefused } from './constructs/settings.ts';
import { TransitionEvents } from './constructs/transition-events.ts';

/**
 * Everything of one deployment in one account and region; at most one in a stack, by whose name the command line finds it. What
 * is not allowed is refused at synthesis. Who may do what are the tables in `constructs/grants.ts` and `constructs/people.ts`.
 */
export class GatewayCredentialRotation extends Construct {
  /** The HTTP access policy service that kits ask. */
  readonly policyCheck: PolicyCheck;
  /** What people's roles get, by what they do here. */
  readonly policies: Readonly<Record<PeopleRole, ManagedPolicy>>;
  /** The topic on which owners are told what to do with their kits. */
  readonly notificationsTopicArn: string;

  constructor(scope: Construct, id: string, props: GatewayCredentialRotationProps) {
    super(scope, id);
    refuseSecond(this);
    const { settings, own } = checkedProps(props);
    const stack = Stack.of(this);
    this.node.addValidation({ validate: () => problemsOfRegistry(settings, stack) });
    const logRetentionDays: RetentionDays = settings.logRetentionDays;
    const key = new RotationKey(this, 'RotationKey', { given: own.encryptionKey });
    const store = new GatewayStore(this, 'GatewayStore');
    const forwardedTo = forwardTargets(settings.gateways);
    const secrets = new GatewaySecrets(this, 'GatewaySecrets', { key, forwardedTo });
    const deadLetters = new DeadLetters(this, 'DeadLetters');
    const published = { logRetentionDays, deadLetters, given: own.eventBus };
    const events = new TransitionEvents(this, 'TransitionEvents', published);
    const notifications = new OwnerNotifications(this, 'OwnerNotifications', { key });
    this.notificationsTopicArn = notifications.topicArn;
    const news = new News(this, 'News', { logRetentionDays, owners: notifications, events, deadLetters });
    const policyCheck = new PolicyCheck(this, 'PolicyCheck', {
      ...settings,
      logRetentionDays,
      network: networkOf(this, settings, own),
      domain: settings.domainName ? { name: settings.domainName, certificateArn: settings.certificateArn } : undefined,
    });
    this.policyCheck = policyCheck;
    if (settings.firewall) new Firewall(this, 'Firewall', { stage: policyCheck.api.deploymentStage, logRetentionDays });

    const tasks = rotationTasks(this, { logRetentionDays, kitWorkersAtOnce: settings.kitWorkersAtOnce });
    const workflow = new RotationWorkflow(this, 'Workflow', { logRetentionDays, tasks });
    const Reconcile = new RotationFunction(this, 'Reconcile', {
      description: 'Every minute: publishes, takes over, starts next attempts, confirms dead what was revoked.',
      timeoutSeconds: 300, // a long round and the next ones run at once: each change is one conditional write of a record
      logRetentionDays,
    });
    new Reconciler(this, 'Reconciler', { reconcile: Reconcile, deadLetters });
    const RotateSecret = new RotationFunction(this, 'RotateSecret', {
      description:
        'The rotation function of the gateway secrets: create, set, test, finish; then the workflow goes on.',
      timeoutSeconds: 60,
      logRetentionDays,
    });
    RotateSecret.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: stack.account, // no other account's Secrets Manager
    });
    const registry = new GatewayRegistry(this, 'GatewayRegistry', {
      gateways: settings.gateways,
      kitHosts: settings.kitHosts,
      logRetentionDays,
      tables: store.tableNames,
    });
    const { functions: acting, operateUrl } = actingFunctions(this, logRetentionDays);
    const { Compromise, Console, ConsoleAct, Evidence, Operate } = acting;
    const ownKits = new OwnKits(this, 'OwnKits', { logRetentionDays });
    const ApplyRegistry = registry.applyRegistry;
    const evidenceKey = new EvidenceKey(this, 'EvidenceKey');
    const button = new CompromiseButton(this, 'CompromiseButton', {
      compromise: Compromise,
      principals: settings.compromisePrincipals,
    });

    const { authorize: Authorize, sideband: Sideband } = policyCheck;
    grant(
      {
        ...{ ...tasks, Authorize, Sideband, Reconcile, RotateSecret, ApplyRegistry, ...acting },
        ...{ OwnKits: ownKits.fn, DeliverNews: news.deliverNews },
      },
      {
        ...{ store, secrets, events, owners: notifications, news, workflow, policyCheck, evidenceKey },
        ...{ rotateSecret: RotateSecret, reconcile: Reconcile, registry },
        functions: grantsOnFunctions(stack, functionKits(settings.gateways)),
        parameters: grantsOnParameters(stack, parameterKits(settings.gateways)),
        commands: grantsOnCommands(stack, commandKits(settings.gateways)),
        ownersRoles: assumingRoles(rolesOfKits(settings.gateways)),
        edge: grantsOnEdge(stack, edgeKits(settings.gateways)),
      },
    );
    Console.addEnvironment('ACT_FUNCTION', ConsoleAct.functionArn); // who presses a button invokes it, in his own name
    for (const shown of [Console, ConsoleAct]) shown.addEnvironment('STACK_NAME', Aws.STACK_NAME);
    const [planRotationAt, planRegistryAt] = [
      planningAlias(tasks.BeginRotation),
      planningAlias(registry.applyRegistry),
    ];
    const people = { ApplyRegistry, Compromise, Console, ConsoleAct, Evidence };
    this.policies = new People(this, 'People', {
      functions: people,
      decideAt: `${Operate.functionArn}:${urlAlias}`,
      ownKitsAt: ownKits.aliasArn,
      plansAt: [planRotationAt, planRegistryAt],
      workflow,
      evidenceKey,
    }).policies;

    const operators = new Operators(this, 'Operators', {
      key,
      email: settings.operatorsEmail,
      given: own.alarmTopic,
    });
    const watched = { operators, policyCheck, store, workflow };
    const pressed = { button, deadLetters, rotateSecret: RotateSecret, compromise: Compromise, consoleAct: ConsoleAct };
    new Alarms(this, 'Alarms', { ...watched, ...pressed });
    const dashboard = new Dashboard(this, 'Dashboard', { ...watched, console: Console });
    news.linkTo(dashboard.name);

    const before = this.node.children.filter((one) => one !== registry);
    if (settings.pressTrail) {
      const functions = [Compromise, ConsoleAct, Operate, ownKits.fn, ApplyRegistry];
      new PressTrail(this, 'PressTrail', { functions, keptDays: logRetentionDays }).recordAfter(before);
    }
    registry.applyAfter(this.node.children.filter((one) => one !== registry));

    const outputs = {
      PolicyCheckUrl: policyCheck.url,
      ...(policyCheck.domainTarget ? { PolicyCheckDomainTarget: policyCheck.domainTarget } : {}),
      OperateUrl: operateUrl,
      OwnKitsUrl: ownKits.url,
      SecretPrefix: secrets.prefix,
      GatewaysTable: store.tableName,
      UseTable: store.useTableName,
      SecretsKeyArn: key.key.keyArn,
      ApplyRegistryFunction: ApplyRegistry.functionName,
      PlanRegistryFunction: planRegistryAt,
      PlanFunction: planRotationAt,
      EvidenceFunction: Evidence.functionName,
      EvidenceKeyArn: evidenceKey.keyArn,
      ConsoleFunction: Console.functionName,
      ConsoleActFunction: ConsoleAct.functionName,
      CompromiseFunction: Compromise.functionName,
      CompromiseBusArn: button.bus.eventBusArn,
      DashboardName: dashboard.name,
      OperatorsTopicArn: operators.topicArn,
      NotificationsTopicArn: notifications.topicArn,
      EventBusName: events.busName,
      TransitionsLogGroup: events.logGroupName,
      StateMachineArn: workflow.stateMachine.stateMachineArn,
      ...Object.fromEntries(
        Object.entries(this.policies).map(([role, { managedPolicyArn }]) => [`${role}PolicyArn`, managedPolicyArn]),
      ),
    };
    // By these very names the command line finds the deployment, in whatever stack it is.
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value }).overrideLogicalId(name);
  }
}

/** The ARN by which a function only plans. */
const planningAlias = (one: RotationFunction): string => {
  one.addAlias(planAlias);
  return `${one.functionArn}:${planAlias}`;
};

const refuseSecond = (one: GatewayCredentialRotation): void => {
  const stack = Stack.of(one);
  const others = stack.node.findAll().filter((other) => other !== one && other instanceof GatewayCredentialRotation);
  const [first] = others.filter((other) => Stack.of(other) === stack);
  if (first)
    throw new SettingsRefused(
      `${one.node.path}: given a second GatewayCredentialRotation beside ${first.node.path}; allowed is one in a stack, whose name tells deployments apart.`,
    );
};

const networkOf = (
  scope: Construct,
  { subnetIds, securityGroupIds }: CheckedProps['settings'],
  { vpc, vpcSubnets, securityGroups }: CheckedProps['own'],
): Network | undefined => {
  if (!vpc) return subnetIds.length === 0 ? undefined : { subnetIds, securityGroupIds };
  const description = 'Functions that ask the policy check or reach kits.';
  const groups = securityGroups ?? [
    new SecurityGroup(scope, 'ReachesKits', { vpc, description, allowAllOutbound: true }),
  ];
  return {
    subnetIds: vpc.selectSubnets(vpcSubnets).subnetIds,
    securityGroupIds: groups.map(({ securityGroupId }) => securityGroupId),
  };
};
