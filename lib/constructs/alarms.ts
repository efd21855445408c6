import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { CompromiseButton } from './compromise-button.ts';
import { counted } from './counted.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { GatewayStore } from './gateway-store.ts';
import type { OperatorAlarmProps, Operators } from './operators.ts';
import type { PolicyCheck } from './policy-check.ts';
import type { RotationFunction } from './rotation-function.ts';
import type { RotationWorkflow } from './rotation-workflow.ts';

export type AlarmsProps = {
  readonly operators: Operators;
  readonly policyCheck: PolicyCheck;
  readonly store: GatewayStore;
  readonly workflow: RotationWorkflow;
  readonly button: CompromiseButton;
  readonly deadLetters: DeadLetters;
  readonly rotateSecret: RotationFunction;
  readonly compromise: RotationFunction;
  readonly consoleAct: RotationFunction;
};

const minutes = (count: number) => ({ period: Duration.minutes(count), statistic: 'Sum' });
/** One bad minute heals by itself; so many of the last periods do not. */
const lasting = { breaching: 3, periods: 5 };

/** Everything that a person has to know of. Each text says what it means and what to do. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { operators, ...props }: AlarmsProps) {
    super(scope, id);
    const groups = [ofRotations(props), ofAttacks(), ofPolicyCheck(props), ofReconciler(), ofPresses(props)];
    for (const [name, alarm] of groups.flatMap(Object.entries<OperatorAlarmProps>)) operators.alarm(this, name, alarm);
  }
}

type Watched = Omit<AlarmsProps, 'operators'>;
type Group = Readonly<Record<string, OperatorAlarmProps>>;

const ofRotations = ({ workflow: { stateMachine }, rotateSecret }: Watched): Group => ({
  RotationFailed: {
    metric: stateMachine.metricFailed(minutes(5)),
    say: 'An execution of the workflow failed; its name and cause are in Step Functions. InputRefused, RotationRefused: nothing has changed, start again as the cause says. AttemptFailed: both credentials work and the reconciler starts the next attempt. RotationFailed: it was given up, rotate again.',
  },
  RotationTimedOut: {
    metric: stateMachine.metricTimedOut(minutes(5)),
    say: 'An execution of the workflow ran longer than Step Functions allows. Both credentials work and the reconciler starts the next attempt. If it is raised again, hold the rotation and look at its kits in the console.',
  },
  RotationAborted: {
    metric: stateMachine.metricAborted(minutes(5)),
    say: 'An execution of the workflow was stopped. A compromise or a roll-back stops the one that it replaces: then nothing is to do. Otherwise somebody stopped it by hand and the rotation is held: resume it, or roll it back.',
  },
  RotationHeld: {
    metric: counted('RotationsHeld', 5),
    say: 'A rotation waits for a person; both credentials still work. The console shows which, since when and why: resume, extend, roll back or force it.',
  },
  RotationOverdue: {
    metric: counted('RotationsOverdue', 5),
    say: 'A rotation runs past its deadline; both credentials still work, the old one longer than agreed. The console names the kits that are late: talk to their owners, then extend, roll back or force.',
  },
  KitsLate: {
    metric: counted('KitsLate', 5),
    say: 'Kits have not moved to the new credential although their owners were reminded. The console names them and why: help their owners, or retry the kit, before the deadline of the rotation.',
  },
  RotationInOverlap: {
    metric: counted('RotationInOverlap', 60),
    say: 'Secrets Manager wanted to rotate a secret while a rotation of its gateway still runs (RotationInOverlap). It tries again in its window: nothing to do at first. If it comes again, finish the running rotation; if Secrets Manager is stuck, run the command repair.',
  },
  SecretRotationFailed: {
    metric: rotateSecret.metricErrors(minutes(60)),
    above: 4, // RotationInOverlap is one, and what Secrets Manager repeats with success
    say: 'The rotation function of Secrets Manager fails again and again. Read the error in its log: the schedule goes on only when it is mended. The current credential still works.',
  },
  SuccessorMissing: {
    metric: counted('SuccessorsMissing', 5),
    say: 'PAGE: every credential of a gateway is compromised or gone, and an attempt to make its successor failed: all its kits are, or soon will be, refused. The last error of the execution and the log of CreateCredential say why; remove that, then resume. If it is a limit of Secrets Manager, the message says how to make room.',
  },
  NewsGivenUp: {
    metric: counted('NewsGivenUp', 5),
    say: 'Somebody was not told: a channel refused a message, or did not take it for hours. The console lists it under the news of the gateway, with the reason, and the log of DeliverNews names the channel. Mend the channel or its secret, and tell those people yourself. No rotation waits for it.',
  },
  SecretInTrouble: {
    metric: counted('SecretsInTrouble', 30),
    say: 'The secret of a gateway differs from its record: its rotation was switched off, an AWSPENDING is stuck, or AWSCURRENT was moved or given a value by hand. The console and the log of Reconcile name the gateway, which of these it is, and what to do.',
  },
  OwnKeysEnding: {
    metric: counted('OwnKeysEnding', 30),
    say: 'A token or another key with which this system reaches kits or PingOne has ended, or ends before a rotation could: a rotation that runs then can give its kits nothing any more. Nothing fails yet, unless it has ended. The console calls the gateway Keys end, and names the secret and the day; the owners of its kits were told. Put a new key into that secret.',
  },
  ScheduleOverdue: {
    metric: counted('SchedulesOverdue', 30),
    say: 'The NextRotationDate of a gateway secret has passed and Secrets Manager did not rotate it. The log of Reconcile names the gateway. If a rotation of it is stuck, run the command repair; then rotate it by hand (rotate-secret).',
  },
});

const ofAttacks = (): Group => ({
  RevokedCredentialUsed: {
    metric: counted('RevokedCredentialUsed', 1),
    say: 'Somebody presented a revoked credential; it was refused. Either a kit was set back to it or never moved, or the value has leaked. The console calls the gateway Kits behind within a quarter of an hour, and the owner of the kit is told who else may write it (decK, Terraform, an operator). The log of Authorize names gateway, kit and credential, the access log the address: if it is nobody known, treat the other secrets of that kit as leaked.',
  },
  CompromisedCredentialUsed: {
    metric: counted('CompromisedCredentialUsed', 1),
    say: 'Somebody presented a compromised credential after its end; it was refused. A kit that was not updated, or the thief. The log of Authorize names gateway and kit, the access log the address: update the kit, or block the address.',
  },
});

const ofPolicyCheck = ({ policyCheck, store }: Watched): Group => ({
  AuthorizerErrors: {
    metric: policyCheck.authorize.metricErrors(minutes(1)),
    of: lasting,
    say: 'The authorizer fails, so clients get 5xx. It is an outage and no wrong credential: do not rotate. Read the error in the log of Authorize, and look at DynamoDB and at the last deployment.',
  },
  AuthorizerSlow: {
    metric: policyCheck.authorize.metricDuration({ period: Duration.minutes(1), statistic: 'p99' }),
    above: 1000,
    of: lasting,
    say: 'One authorization in a hundred takes more than a second, and every API request waits for it. Look at the latency of DynamoDB; raise authorizeMemoryMb, or authorizeProvisioned if instances start all the time.',
  },
  AuthorizerThrottled: {
    metric: policyCheck.authorize.metricThrottles(minutes(1)),
    of: lasting,
    say: 'Lambda has no concurrency left for the authorizer, so clients get 5xx. Ask AWS for more concurrency in this account, or find the function that takes it.',
  },
  PolicyCheckFails: {
    metric: policyCheck.api.deploymentStage.metricServerError(minutes(1)),
    of: lasting,
    say: 'The policy check answers 5xx, so client requests fail. The access log says with which answer: AUTHORIZER_FAILURE is the authorizer, INTEGRATION_FAILURE or INTEGRATION_TIMEOUT the sideband.',
  },
  GatewayRecordUnreadable: {
    metric: counted('GatewayRecordUnreadable', 1),
    of: lasting,
    say: 'The authorizer cannot read gateway records from DynamoDB, so clients get 5xx. Look at the health of DynamoDB and at throttling of the gateways table; serveStaleSeconds of a gateway bridges it at the price of slower revocation.',
  },
  GatewayReadsThrottled: {
    metric: store.metricReadThrottles(minutes(1)),
    of: lasting,
    say: 'DynamoDB throttles reads of the gateways table. One gateway record allows about 3,000 requests per second: the log of Authorize says which gateway has more. Lower its traffic, or register its kits under several gateways.',
  },
  StaleRecordServed: {
    metric: counted('StaleRecordServed', 1),
    say: 'DynamoDB cannot be read, and the authorizer answers from copies not older than serveStaleSeconds: no outage yet, but a revocation takes as long. Look at the health of DynamoDB.',
  },
  ForwardRefused: {
    metric: counted('ForwardRefused', 1),
    say: 'PingOne refuses the credential that the policy check presents to it, so every request of the gateways that forward gets 503. The credentials of their kits are good: do not rotate them. The log of Sideband names the gateway under "to": see in PingOne and in the console which credential of it is live, and rotate that gateway.',
  },
  ForwardFailed: {
    metric: counted('ForwardFailed', 1),
    of: lasting,
    say: 'Requests that are forwarded to PingOne get no decision, so clients get 5xx. The log of Sideband says why under "code": PINGONE_UNREACHABLE, PINGONE_TOO_LATE and PINGONE_FAILED are PingOne or the way to it, PINGONE_CREDENTIAL_UNREADABLE the secret or the permission to read it (deploy with the gateways.json that forwards there).',
  },
  UseRecordingFailed: {
    metric: counted('UseRecordingFailed', 1),
    of: lasting,
    say: 'The policy check cannot record that credentials are used. Requests are answered, but quiet cannot be proven, so no rotation revokes anything. Look at the use table: throttling, and the permissions of Authorize.',
  },
});

const ofReconciler = (): Group => ({
  ReconcilerSilent: {
    metric: counted('RotationsRunning', 5),
    above: Number.MAX_SAFE_INTEGER, // only silence raises it
    of: { breaching: 2, periods: 2 },
    whenSilent: true,
    say: 'The reconciler, which runs every minute, did not finish for ten minutes: nothing goes on by itself that was interrupted. Read the log of Reconcile, and whether its schedule is enabled.',
  },
  ReconcileFailed: {
    metric: counted('ReconcileFailed', 1),
    of: lasting,
    say: 'The reconciler cannot do its work for a gateway; it tries again every minute. The log of Reconcile names the gateway and the error.',
  },
  RepairsGoOn: {
    metric: counted('RepairMade', 5),
    of: { breaching: 3, periods: 6 },
    say: 'The reconciler had to repair something again and again within half an hour: one repair is no trouble, many have a cause. The log of Reconcile and the failed executions in Step Functions name it.',
  },
});

const ofPresses = ({ button, deadLetters, compromise, consoleAct }: Watched): Group => ({
  PressFailed: {
    metric: button.metricFailed,
    say: 'A press of the compromise button by an event was not carried out. Read it in the queue, press by hand (console or function compromise), then delete it from the queue.',
  },
  CompromiseFails: {
    metric: compromise.metricErrors(minutes(1)),
    say: 'The compromise button failed. Who pressed saw the error: read it in the log of Compromise, and press again; a press with the same requestId is not carried out twice.',
  },
  ConsoleActFails: {
    metric: consoleAct.metricErrors(minutes(5)),
    say: 'Something that was pressed in the console was not done. Read why in the log of ConsoleAct, and press again.',
  },
  UndeliveredEvents: {
    metric: deadLetters.metricWaiting,
    say: 'Transitions could not be delivered to the log group that keeps them, news could not be written into their outbox, or the reconciler could not be called. The queue holds the events and says why: mend that, then delete them from the queue. No rotation depends on them.',
  },
});
