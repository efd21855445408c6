import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { urlAlias } from '../lambdas/domain/names.ts';
import { Alarms } from './constructs/alarms.ts';
import { commandKits, grantsOnCommands } from './constructs/command-kits.ts';
import { CompromiseButton } from './constructs/compromise-button.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { DeadLetters } from './constructs/dead-letters.ts';
import { edgeKits, grantsOnEdge } from './constructs/edge-kits.ts';
import { EvidenceKey } from './constructs/evidence-key.ts';
import { Firewall } from './constructs/firewall.ts';
import { forwardTargets } from './constructs/forward-targets.ts';
import { functionKits, grantsOnFunctions } from './constructs/function-kits.ts';
import { GatewayRegistry } from './constructs/gateway-registry.ts';
import { GatewaySecrets } from './constructs/gateway-secrets.ts';
import { GatewayStore } from './constructs/gateway-store.ts';
import { grant } from './constructs/grants.ts';
import { Operators } from './constructs/operators.ts';
import { OwnerNotifications } from './constructs/owner-notifications.ts';
import { assumingRoles, grantsOnParameters, parameterKits, rolesOfKits } from './constructs/parameter-kits.ts';
import { PolicyCheck } from './constructs/policy-check.ts';
import { PressTrail } from './constructs/press-trail.ts';
import { Reconciler } from './constructs/reconciler.ts';
import { RotationFunction } from './constructs/rotation-function.ts';
import { RotationKey } from './constructs/rotation-key.ts';
import { RotationWorkflow } from './constructs/rotation-workflow.ts';
import type { Settings } from './constructs/settings.ts';
import { TransitionEvents } from './constructs/transition-events.ts';

/** Everything of one deployment in one account and region. Who may do what is the table in `constructs/grants.ts`. */
export class RotationStack extends Stack {
  readonly policyCheck: PolicyCheck;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, {
      description: 'Gateway Credential Rotation: create, distribute, verify, revoke.',
      terminationProtection: true,
    });
    const logRetentionDays: RetentionDays = settings.logRetentionDays;
    const key = new RotationKey(this, 'RotationKey');
    const store = new GatewayStore(this, 'GatewayStore');
    const secrets = new GatewaySecrets(this, 'GatewaySecrets', {
      key,
      forwardedTo: forwardTargets(settings.gateways),
    });
    const deadLetters = new DeadLetters(this, 'DeadLetters');
    const events = new TransitionEvents(this, 'TransitionEvents', { logRetentionDays, deadLetters });
    const notifications = new OwnerNotifications(this, 'OwnerNotifications', { key });
    const policyCheck = new PolicyCheck(this, 'PolicyCheck', {
      ...settings,
      logRetentionDays,
      network: settings.subnetIds.length === 0 ? undefined : settings,
      domain: settings.domainName ? { name: settings.domainName, certificateArn: settings.certificateArn } : undefined,
    });
    this.policyCheck = policyCheck;
    if (settings.firewall) new Firewall(this, 'Firewall', { stage: policyCheck.api.deploymentStage, logRetentionDays });

    const task = (name: string, timeoutSeconds: number, description: string, atOnce?: number): RotationFunction =>
      new RotationFunction(this, name, {
        description,
        timeoutSeconds,
        traced: true,
        reservedConcurrency: atOnce,
        logRetentionDays,
      });
    // A task's function ends before its state's TimeoutSeconds, so that a retry never runs beside it.
    const beginRotation = task('BeginRotation', 55, 'Begins a rotation, or joins the one that runs.');

    const createCredential = task(
      'CreateCredential',
      110,
      'Creates the new credential, proves it and makes it current.',
    );

    const { kitWorkersAtOnce } = settings; // they wait for slow kits, and would take the concurrency that the authorizer needs
    const distributeShard = task(
      'DistributeShard',
      890,
      'Puts the new credential into the kits of one shard.',
      kitWorkersAtOnce,
    );

    const verifyKits = task(
      'VerifyKits',
      890,
      'Collects the evidence that kits use the new credential.',
      kitWorkersAtOnce,
    );

    const revokeCredential = task('RevokeCredential', 890, 'Revokes the predecessors, on proof.');

    const confirmRevoked = task('ConfirmRevoked', 110, 'Confirms that the policy check refuses what was revoked.');

    const tasks = {
      BeginRotation: beginRotation,
      CreateCredential: createCredential,
      DistributeShard: distributeShard,
      VerifyKits: verifyKits,
      RevokeCredential: revokeCredential,
      ConfirmRevoked: confirmRevoked,
    };
    const workflow = new RotationWorkflow(this, 'Workflow', { logRetentionDays, tasks });

    const reconcile = new RotationFunction(this, 'Reconcile', {
      description: 'Every minute: publishes, takes over, starts next attempts, confirms dead what was revoked.',
      timeoutSeconds: 300, // a long round and the next ones run at once: each change is one conditional write of a record
      logRetentionDays,
    });
    new Reconciler(this, 'Reconciler', { reconcile, deadLetters });

    const rotateSecret = new RotationFunction(this, 'RotateSecret', {
      description:
        'The rotation function of the gateway secrets: create, set, test, finish; then the workflow goes on.',
      timeoutSeconds: 60,
      logRetentionDays,
    });
    rotateSecret.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: this.account, // no other account's Secrets Manager
    });

    const registry = new GatewayRegistry(this, 'GatewayRegistry', {
      gateways: settings.gateways,
      kitHosts: settings.kitHosts,
      logRetentionDays,
      tables: store.tableNames,
    });

    const operate = new RotationFunction(this, 'Operate', {
      description:
        'Takes the decisions of operators: hold, resume, extend, roll back, force, acknowledge, adopt, recover.',
      timeoutSeconds: 30, // a person is waiting
      logRetentionDays,
    });
    // On an alias: a call of the function itself is seen to have come another way, whatever it says of its caller.
    const { url: operateUrl } = operate.addAlias(urlAlias).addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });

    const compromise = new RotationFunction(this, 'Compromise', {
      description: 'The compromise button: dooms credentials in one write, then replaces them.',
      timeoutSeconds: 60, // a person is waiting
      logRetentionDays,
    });
    const evidence = new RotationFunction(this, 'Evidence', {
      description: 'Exports the signed record of one rotation, for auditors.',
      timeoutSeconds: 300, // a person is waiting; for 100,000 kits a while
      logRetentionDays,
    });
    const evidenceKey = new EvidenceKey(this, 'EvidenceKey');

    const button = new CompromiseButton(this, 'CompromiseButton', {
      compromise,
      principals: settings.compromisePrincipals,
    });

    const consoleAct = new RotationFunction(this, 'ConsoleAct', {
      description: 'Does what was pressed in the console: starts, decides, or presses the compromise button.',
      timeoutSeconds: 60, // a person is waiting
      logRetentionDays,
    });

    const show = new RotationFunction(this, 'Console', {
      description: 'Shows the console: gateways, kits, use and history. It reads, and no secret.',
      timeoutSeconds: 30, // a person is waiting
      memoryMb: 1024, // a gateway with thousands of kits
      logRetentionDays,
    });

    grant(
      {
        ...tasks,
        Authorize: policyCheck.authorize,
        Sideband: policyCheck.sideband,
        Reconcile: reconcile,
        RotateSecret: rotateSecret,
        ApplyRegistry: registry.applyRegistry,
        Operate: operate,
        Compromise: compromise,
        Evidence: evidence,
        ConsoleAct: consoleAct,
        Console: show,
      },
      {
        ...{
          store,
          secrets,
          events,
          owners: notifications,
          workflow,
          policyCheck,
          evidenceKey,
          rotateSecret,
          reconcile,
          registry,
        },
        functions: grantsOnFunctions(this, functionKits(settings.gateways)),
        parameters: grantsOnParameters(this, parameterKits(settings.gateways)),
        commands: grantsOnCommands(this, commandKits(settings.gateways)),
        ownersRoles: assumingRoles(rolesOfKits(settings.gateways)),
        edge: grantsOnEdge(this, edgeKits(settings.gateways)),
      },
    );
    show.addEnvironment('ACT_FUNCTION', consoleAct.functionArn); // who presses a button invokes it, in his own name

    const operators = new Operators(this, 'Operators', { key, email: settings.operatorsEmail });
    const watched = { operators, policyCheck, store, workflow };
    new Alarms(this, 'Alarms', { ...watched, button, deadLetters, rotateSecret, compromise, consoleAct });
    const dashboard = new Dashboard(this, 'Dashboard', { ...watched, console: show });

    const before = this.node.children.filter((one) => one !== registry);
    if (settings.pressTrail) {
      const acting = [compromise, consoleAct, operate, registry.applyRegistry];
      new PressTrail(this, 'PressTrail', { functions: acting, keptDays: logRetentionDays }).recordAfter(before);
    }
    registry.applyAfter(this.node.children.filter((one) => one !== registry));

    const outputs = {
      PolicyCheckUrl: policyCheck.url,
      ...(policyCheck.domainTarget ? { PolicyCheckDomainTarget: policyCheck.domainTarget } : {}),
      OperateUrl: operateUrl,
      SecretPrefix: secrets.prefix,
      GatewaysTable: store.tableName,
      UseTable: store.useTableName,
      SecretsKeyArn: key.key.keyArn,
      ApplyRegistryFunction: registry.applyRegistry.functionName,
      EvidenceFunction: evidence.functionName,
      EvidenceKeyArn: evidenceKey.keyArn,
      ConsoleFunction: show.functionName,
      ConsoleActFunction: consoleAct.functionName,
      CompromiseFunction: compromise.functionName,
      CompromiseBusArn: button.bus.eventBusArn,
      DashboardName: dashboard.name,
      OperatorsTopicArn: operators.topicArn,
      NotificationsTopicArn: notifications.topicArn,
      EventBusName: events.busName,
      TransitionsLogGroup: events.logGroupName,
      StateMachineArn: workflow.stateMachine.stateMachineArn,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
