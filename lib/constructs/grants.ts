import type { grantsOnCommands } from './command-kits.ts';
import type { grantsOnEdge } from './edge-kits.ts';
import type { EvidenceKey } from './evidence-key.ts';
import type { grantsOnFunctions } from './function-kits.ts';
import type { GatewayRegistry } from './gateway-registry.ts';
import type { GatewaySecrets } from './gateway-secrets.ts';
import type { GatewayStore } from './gateway-store.ts';
import type { News } from './news.ts';
import type { OwnerNotifications } from './owner-notifications.ts';
import type { grantsOnParameters } from './parameter-kits.ts';
import type { PolicyCheck } from './policy-check.ts';
import type { Grant, RotationFunction } from './rotation-function.ts';
import type { RotationWorkflow } from './rotation-workflow.ts';
import type { TransitionEvents } from './transition-events.ts';

/** What the functions of the stack are let do something with. */
export type Granted = {
  readonly store: GatewayStore;
  readonly secrets: GatewaySecrets;
  readonly events: TransitionEvents;
  readonly owners: OwnerNotifications;
  readonly news: News;
  readonly workflow: RotationWorkflow;
  readonly policyCheck: PolicyCheck;
  readonly evidenceKey: EvidenceKey;
  readonly rotateSecret: RotationFunction;
  readonly reconcile: RotationFunction;
  readonly registry: GatewayRegistry;
  /** The functions that are kits. */
  readonly functions: ReturnType<typeof grantsOnFunctions>;
  /** The parameters that kits read. */
  readonly parameters: ReturnType<typeof grantsOnParameters>;
  /** The documents that nodes of kits run. */
  readonly commands: ReturnType<typeof grantsOnCommands>;
  /** Roles in whose place secrets and parameters of kits are used. */
  readonly ownersRoles: Grant;
  /** Those at the edge of CloudFront, and their distributions. */
  readonly edge: ReturnType<typeof grantsOnEdge>;
};

/**
 * Who may do what: each function by the id of its construct, with the actions on each resource. Besides, each writes its own
 * log, and the state machine invokes its tasks. Who saves a record publishes from its audit what could not be published before.
 */
const grantsOf = ({
  store,
  secrets,
  events,
  owners,
  news,
  workflow,
  policyCheck,
  evidenceKey,
  rotateSecret,
  reconcile,
  registry,
  functions,
  parameters,
  commands,
  ownersRoles,
  edge,
}: Granted) =>
  ({
    Authorize: [store.onGateways('GetItem'), store.onUse('UpdateItem')],
    Sideband: [secrets.ofForwarding],
    BeginRotation: [
      policyCheck.ask,
      store.onGateways('GetItem', 'PutItem', 'Query'),
      events.publish,
      store.onUse('Query'),
      secrets.onGateways('DescribeSecret', 'GetSecretValue'), // a plan asks what the policy check presents as a kit
      secrets.onKits('GetSecretValue'),
      functions.read,
      parameters.read,
      commands.read,
      ownersRoles,
      edge.read,
      registry.reachesKits,
    ],
    CreateCredential: [
      policyCheck.ask,
      store.onGateways('GetItem', 'PutItem', 'Query'),
      events.publish,
      store.onUse('Query'),
      secrets.onGateways('DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'),
      secrets.onKits('GetSecretValue'), // the worker application of a gateway at PingOne
      registry.reachesKits, // and PingOne itself
    ],
    DistributeShard: [
      policyCheck.ask,
      store.onGateways('GetItem', 'Query', 'UpdateItem'),
      secrets.onGateways('DescribeSecret', 'GetSecretValue'), // what the policy check presents as a kit
      secrets.onKits('GetSecretValue', 'PutSecretValue'),
      functions.read,
      edge.read,
      functions.change,
      parameters.read,
      parameters.change,
      commands.change,
      ownersRoles,
      edge.change,
      registry.reachesKits,
      owners.publish,
    ],
    VerifyKits: [
      policyCheck.ask,
      store.onGateways('GetItem', 'PutItem', 'Query', 'UpdateItem'),
      events.publish,
      store.onUse('GetItem', 'Query'),
      secrets.onGateways('DescribeSecret', 'GetSecretValue'),
      secrets.onKits('GetSecretValue'),
      functions.read,
      parameters.read,
      ownersRoles,
      edge.read,
      registry.reachesKits,
      owners.publish,
    ],
    RevokeCredential: [
      policyCheck.ask,
      store.onGateways('GetItem', 'PutItem', 'Query'),
      events.publish,
      store.onUse('Query'),
      secrets.onGateways('DescribeSecret', 'GetSecretValue'),
      secrets.onKits('GetSecretValue'),
      functions.read,
      parameters.read,
      ownersRoles,
      edge.read,
      registry.reachesKits,
      owners.publish,
    ],
    ConfirmRevoked: [
      policyCheck.ask,
      store.onGateways('GetItem', 'PutItem', 'Query'),
      events.publish,
      secrets.onGateways('DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'),
      secrets.onKits('GetSecretValue'), // the worker application of a gateway at PingOne
      registry.reachesKits, // and PingOne itself
    ],
    Reconcile: [
      store.onGateways('BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      store.onList('Query'),
      events.publish,
      owners.publish, // of kits that present a revoked credential
      store.onUse('GetItem', 'Query'), // its own probes, and who was refused
      workflow.on('StartExecution', 'DescribeExecution', 'StopExecution'), // stops what a press has pre-empted
      secrets.onGateways('DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'),
      secrets.onKits('GetSecretValue'), // the worker application of a gateway at PingOne
      registry.reachesKits, // and PingOne itself
      policyCheck.ask,
    ],
    RotateSecret: [
      store.onGateways('GetItem', 'PutItem', 'Query'),
      events.publish,
      policyCheck.ask,
      workflow.on('StartExecution', 'DescribeExecution'),
      secrets.onGateways('DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'),
      secrets.onKits('GetSecretValue'), // the worker application of a gateway at PingOne
      registry.reachesKits, // and PingOne itself
    ],
    ApplyRegistry: [
      store.onGateways('BatchWriteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
      store.onList('Query'),
      store.protect,
      secrets.onGateways(
        ...(['CreateSecret', 'DescribeSecret', 'RestoreSecret', 'TagResource'] as const),
        ...(['RotateSecret', 'CancelRotateSecret'] as const),
      ),
      events.publish,
      workflow.on('StartExecution'),
      registry.reachesKits,
      owners.publish, // where their kits' credentials will go
      news.configure,
      invoke(rotateSecret, 'ROTATION_FUNCTION'), // who sets a schedule must be allowed to call its function
    ],
    Operate: [
      store.onGateways('GetItem', 'PutItem', 'Query', 'UpdateItem'),
      store.onUse('Query'),
      secrets.onGateways(
        ...(['DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'] as const),
        ...(['CreateSecret', 'RestoreSecret', 'TagResource'] as const), // recover
      ),
      secrets.onKits('GetSecretValue'), // the worker application of a gateway at PingOne
      registry.reachesKits, // and PingOne itself
      events.publish,
      workflow.on('StartExecution', 'DescribeExecution', 'StopExecution'),
    ],
    OwnKits: [
      store.onGateways('GetItem', 'PutItem', 'Query', 'UpdateItem'),
      news.look, // who acts for which owner
      events.publish,
    ],
    Compromise: [
      store.onGateways('GetItem', 'PutItem'),
      invoke(reconcile, 'RECONCILE_FUNCTION'), // for what follows its answer
    ],
    Evidence: [
      store.onGateways('BatchGetItem', 'GetItem', 'Query'),
      store.onList('Query'),
      store.onUse('Query'),
      evidenceKey.on('Sign', 'GetPublicKey'),
    ],
    ConsoleAct: [
      store.onGateways('GetItem', 'PutItem', 'Query', 'UpdateItem'),
      store.onUse('Query'),
      secrets.onGateways('DescribeSecret'), // adopt, repair and recover, which need more, are not among its acts
      events.publish,
      workflow.on('StartExecution', 'DescribeExecution', 'StopExecution'),
      invoke(reconcile, 'RECONCILE_FUNCTION'), // for what follows the answer to a press
    ],
    DeliverNews: [
      news.deliver,
      store.onGateways('GetItem', 'Query'), // labels of gateways and kits, by which people choose
      secrets.ofChannels,
      registry.reachesKits, // channels are at hosts that are allowed for kits
    ],
    Console: [
      news.show,
      store.onGateways('BatchGetItem', 'GetItem', 'Query'),
      store.onList('Query'),
      store.onUse('Query'),
      secrets.onGateways('DescribeSecret'),
      workflow.on('DescribeExecution'),
    ],
  }) satisfies Readonly<Record<string, readonly Grant[]>>;

const invoke =
  (other: RotationFunction, variable: string): Grant =>
  (to) => {
    to.allow(['lambda:InvokeFunction'], [other.functionArn]);
    to.addEnvironment(variable, other.functionArn);
  };

/** The functions of the stack, by the ids of their constructs. */
export type Functions = Readonly<Record<keyof ReturnType<typeof grantsOf>, RotationFunction>>;

/** Lets each function do what the table says, and nothing else. Throws for a function under another's name. */
export const grant = (functions: Functions, granted: Granted): void => {
  const table: Readonly<Record<string, readonly Grant[]>> = grantsOf(granted);
  for (const [id, to] of Object.entries(functions)) {
    if (to.node.id !== id) throw new Error(`grants: given ${to.node.id} as ${id}; allowed is the function of that id.`);
    for (const give of table[id] ?? []) give(to);
  }
};
