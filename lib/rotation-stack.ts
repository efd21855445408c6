import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Alarms } from './constructs/alarms.ts';
import { CompromiseButton } from './constructs/compromise-button.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { DeadLetters } from './constructs/dead-letters.ts';
import { EvidenceKey } from './constructs/evidence-key.ts';
import { Firewall } from './constructs/firewall.ts';
import { GatewayRegistry } from './constructs/gateway-registry.ts';
import { GatewaySecrets } from './constructs/gateway-secrets.ts';
import { GatewayStore } from './constructs/gateway-store.ts';
import { Operators } from './constructs/operators.ts';
import { OwnerNotifications } from './constructs/owner-notifications.ts';
import { PolicyCheck } from './constructs/policy-check.ts';
import { PressTrail } from './constructs/press-trail.ts';
import { Reconciler } from './constructs/reconciler.ts';
import { RotationFunction } from './constructs/rotation-function.ts';
import { RotationKey } from './constructs/rotation-key.ts';
import { RotationWorkflow } from './constructs/rotation-workflow.ts';
import type { Settings } from './constructs/settings.ts';
import { TransitionEvents } from './constructs/transition-events.ts';

/** Everything of one deployment in one account and region. Who may do what stands here, function by function. */
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
    const secrets = new GatewaySecrets(this, 'GatewaySecrets', { key });
    const deadLetters = new DeadLetters(this, 'DeadLetters');
    const events = new TransitionEvents(this, 'TransitionEvents', { logRetentionDays, deadLetters });
    const notifications = new OwnerNotifications(this, 'OwnerNotifications', { key });
    const policyCheck = new PolicyCheck(this, 'PolicyCheck', {
      ...settings,
      logRetentionDays,
      store,
      network: settings.subnetIds.length === 0 ? undefined : settings,
      domain:
        settings.domainName && settings.certificateArn
          ? { name: settings.domainName, certificateArn: settings.certificateArn }
          : undefined,
    });
    this.policyCheck = policyCheck;
    if (settings.firewall) new Firewall(this, 'Firewall', { stage: policyCheck.api.deploymentStage, logRetentionDays });

    // A task's function ends before its state's TimeoutSeconds, so that a retry never runs beside it.
    const task = (name: string, timeoutSeconds: number, description: string): RotationFunction => {
      const made = new RotationFunction(this, name, { description, timeoutSeconds, traced: true, logRetentionDays });
      policyCheck.grantAsk(made);
      return made;
    };
    const savingTask = (...given: Parameters<typeof task>): RotationFunction => {
      const made = task(...given);
      store.grantRecords(made);
      events.grantPublish(made);
      return made;
    };

    const beginRotation = savingTask('BeginRotation', 55, 'Begins a rotation, or joins the one that runs.');
    store.grantReadKits(beginRotation);
    store.grantReadUse(beginRotation);
    secrets.grantRead(beginRotation);
    secrets.grantReadKitSecrets(beginRotation);

    const createCredential = savingTask(
      'CreateCredential',
      110,
      'Creates the new credential, proves it and makes it current.',
    );
    store.grantReadUse(createCredential);
    secrets.grantMint(createCredential);

    const distributeShard = task('DistributeShard', 890, 'Puts the new credential into the kits of one shard.');
    store.grantReadRecords(distributeShard);
    store.grantKits(distributeShard);
    secrets.grantRead(distributeShard);
    secrets.grantKitSecrets(distributeShard);
    notifications.grantPublish(distributeShard);

    const verifyKits = savingTask('VerifyKits', 890, 'Collects the evidence that kits use the new credential.');
    store.grantKits(verifyKits);
    store.grantReadUse(verifyKits);
    store.grantReadProbes(verifyKits);
    secrets.grantRead(verifyKits);
    secrets.grantReadKitSecrets(verifyKits);
    notifications.grantPublish(verifyKits);

    const revokeCredential = savingTask('RevokeCredential', 890, 'Revokes the predecessors, on proof.');
    store.grantKits(revokeCredential);
    store.grantReadUse(revokeCredential);
    secrets.grantRead(revokeCredential);
    secrets.grantReadKitSecrets(revokeCredential);
    notifications.grantPublish(revokeCredential);

    const confirmRevoked = savingTask(
      'ConfirmRevoked',
      110,
      'Confirms that the policy check refuses what was revoked.',
    );
    secrets.grantRelease(confirmRevoked);

    const workflow = new RotationWorkflow(this, 'Workflow', {
      logRetentionDays,
      tasks: {
        BeginRotation: beginRotation,
        CreateCredential: createCredential,
        DistributeShard: distributeShard,
        VerifyKits: verifyKits,
        RevokeCredential: revokeCredential,
        ConfirmRevoked: confirmRevoked,
      },
    });

    const reconcile = new RotationFunction(this, 'Reconcile', {
      description: 'Every minute: publishes, takes over, starts next attempts, confirms dead what was revoked.',
      timeoutSeconds: 300, // a long round makes the next ones wait: it is alone
      reservedConcurrency: 1,
      logRetentionDays,
    });
    store.grantRecords(reconcile);
    store.grantLists(reconcile);
    store.grantReadMany(reconcile);
    store.grantReadProbes(reconcile);
    events.grantPublish(reconcile);
    workflow.grantWatch(reconcile);
    secrets.grantRelease(reconcile);
    policyCheck.grantAsk(reconcile);
    new Reconciler(this, 'Reconciler', { reconcile, deadLetters });

    const rotateSecret = new RotationFunction(this, 'RotateSecret', {
      description:
        'The rotation function of the gateway secrets: create, set, test, finish; then the workflow goes on.',
      timeoutSeconds: 60,
      logRetentionDays,
    });
    store.grantRecords(rotateSecret);
    events.grantPublish(rotateSecret);
    policyCheck.grantAsk(rotateSecret);
    workflow.grantWatch(rotateSecret);
    secrets.grantRotate(rotateSecret);
    rotateSecret.addPermission('SecretsManager', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: this.account, // no other account's Secrets Manager
    });

    const { applyRegistry } = new GatewayRegistry(this, 'GatewayRegistry', {
      gateways: settings.gateways,
      logRetentionDays,
      after: [workflow, policyCheck, rotateSecret], // with its permission: Secrets Manager tests it when a schedule is set
    });
    store.grantRecords(applyRegistry);
    store.grantKits(applyRegistry);
    store.grantLists(applyRegistry);
    secrets.grantRegister(applyRegistry);
    events.grantPublish(applyRegistry);
    workflow.grantStart(applyRegistry);
    applyRegistry.allow(['lambda:InvokeFunction'], [rotateSecret.functionArn]); // who sets a schedule must be allowed to call its function
    applyRegistry.addEnvironment('ROTATION_FUNCTION', rotateSecret.functionArn);

    const operate = new RotationFunction(this, 'Operate', {
      description: 'Takes the decisions of operators: hold, resume, extend, roll back, force, acknowledge, adopt.',
      timeoutSeconds: 30, // a person is waiting
      logRetentionDays,
    });
    store.grantRecords(operate);
    store.grantKits(operate);
    store.grantReadUse(operate);
    secrets.grantRelease(operate);
    events.grantPublish(operate);
    workflow.grantWatch(operate);
    const { url: operateUrl } = operate.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });

    const compromise = new RotationFunction(this, 'Compromise', {
      description: 'The compromise button: dooms credentials in one write, then replaces them.',
      timeoutSeconds: 60, // a person is waiting
      logRetentionDays,
    });
    store.grantRecords(compromise);
    events.grantPublish(compromise);
    workflow.grantReplace(compromise);
    const evidence = new RotationFunction(this, 'Evidence', {
      description: 'Exports the signed record of one rotation, for auditors.',
      timeoutSeconds: 60, // a person is waiting
      logRetentionDays,
    });
    store.grantLook(evidence);
    new EvidenceKey(this, 'EvidenceKey').grantSign(evidence);

    const button = new CompromiseButton(this, 'CompromiseButton', {
      compromise,
      principals: settings.compromisePrincipals,
    });

    const consoleAct = new RotationFunction(this, 'ConsoleAct', {
      description: 'Does what was pressed in the console: starts, decides, or presses the compromise button.',
      timeoutSeconds: 60, // a person is waiting
      logRetentionDays,
    });
    store.grantRecords(consoleAct);
    store.grantKits(consoleAct);
    store.grantReadUse(consoleAct);
    secrets.grantDescribe(consoleAct); // adopt and repair, which need more, are not among its acts
    events.grantPublish(consoleAct);
    workflow.grantWatch(consoleAct);
    workflow.grantReplace(consoleAct);

    const show = new RotationFunction(this, 'Console', {
      description: 'Shows the console: gateways, kits, use and history. It reads, and no secret.',
      timeoutSeconds: 30, // a person is waiting
      memoryMb: 1024, // a gateway with thousands of kits
      logRetentionDays,
    });
    store.grantLook(show);
    secrets.grantDescribe(show);
    workflow.grantLook(show);
    show.addEnvironment('ACT_FUNCTION', consoleAct.functionArn);

    new PressTrail(this, 'PressTrail', { functions: [compromise, consoleAct, operate], keptDays: logRetentionDays });

    const operators = new Operators(this, 'Operators', { key, email: settings.operatorsEmail });
    const watched = { operators, policyCheck, store, workflow };
    new Alarms(this, 'Alarms', { ...watched, button, deadLetters, rotateSecret, compromise, consoleAct });
    const dashboard = new Dashboard(this, 'Dashboard', { ...watched, console: show });

    const outputs = {
      PolicyCheckUrl: policyCheck.url,
      ...(policyCheck.domainTarget ? { PolicyCheckDomainTarget: policyCheck.domainTarget } : {}),
      OperateUrl: operateUrl,
      GatewaysTable: store.tableName,
      ApplyRegistryFunction: applyRegistry.functionName,
      EvidenceFunction: evidence.functionName,
      ConsoleFunction: show.functionName,
      ConsoleActFunction: consoleAct.functionName,
      CompromiseFunction: compromise.functionName,
      CompromiseBusArn: button.bus.eventBusArn,
      DashboardName: dashboard.name,
      OperatorsTopicArn: operators.topicArn,
      NotificationsTopicArn: notifications.topicArn,
      EventBusName: events.busName,
      StateMachineArn: workflow.stateMachine.stateMachineArn,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
