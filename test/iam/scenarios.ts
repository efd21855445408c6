import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { composeCredential, randomDigits } from '../../lambdas/domain/credential.ts';
import type { RotationId } from '../../lambdas/domain/ids.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { compromiseDetailType } from '../../lambdas/stages/compromise-input.ts';
import { vaultIn } from '../../lambdas/store/vault.ts';
import { openWebhookReceiver } from '../../lib/local/stand-ins/webhook-receiver.ts';
import { gatewayId, manualKit, openRotated, openSystem, policy, type System, tagOfKits } from '../system.ts';

/** One path through the whole system, from its opening to where it has ended; its name says what happens. */
export type Scenario = { readonly name: string; readonly play: () => Promise<System> };

const by = { gatewayId, actor: 'alice', reason: 'test' };
const operate = (system: System, command: string, more: object = {}): Promise<unknown> =>
  system.call('operate', { command, ...by, ...more });
const press = (system: System, more: object = {}): Promise<unknown> =>
  system.call('compromise', { ...by, confirmGatewayId: gatewayId, requestId: 'press-1', ...more });
const begin = (system: System): Promise<string> => system.start({ gatewayId, reason: 'quarterly' });
const distributed = (system: System): Promise<void> =>
  system.until(({ rotation }) => rotation?.trigger !== 'bootstrap' && rotation?.stage === 'DISTRIBUTED');
const ended = (system: System): Promise<void> => system.until(({ rotation }) => rotation === undefined);
const reconciled = async (system: System, afterMs: number): Promise<void> => {
  await system.timers.advance(afterMs);
  await system.call('reconcile', {});
};

/** Opens a gateway whose first credential is out, plays, and ends whatever rotation runs then. */
const rotated =
  (play: (system: System) => Promise<unknown>, ...given: Parameters<typeof openRotated>): Scenario['play'] =>
  async () => {
    const system = await openRotated(...given);
    await play(system);
    if ((await system.gateway()).rotation) await system.finish();
    return system;
  };

const orders = (more: object = {}) => ({
  ...{ gatewayId, decision: { kind: 'allow-all' }, policy, kits: [manualKit('one')] },
  ...more,
});

const scheduled = async (system: System): Promise<void> => {
  await system.applyGateways([orders({ schedule: { expression: 'rate(300 days)', duration: '3h' } })]);
  await system.timers.advance(5_000);
};

const secretsManagerRotates = async (system: System): Promise<void> => {
  await scheduled(system);
  const { secretArn } = await system.gateway();
  await system.deployment.secretsManager.send(new RotateSecretCommand({ SecretId: secretArn }));
  await distributed(system);
  const { currentVersionId: ClientRequestToken } = await system.gateway();
  await system.call('rotate-secret', { Step: 'finishSecret', SecretId: secretArn, ClientRequestToken });
  await system.finish();
  await system.applyGateways([orders()]);
};

/** What Secrets Manager left: a value under AWSPENDING that nobody promotes. */
const strandedBySecretsManager = async (system: System): Promise<void> => {
  await scheduled(system);
  const { secretArn: SecretId } = await system.gateway();
  const ClientRequestToken = '55555555-5555-4555-8555-555555555555';
  const { secretsManager } = system.deployment;
  const SecretString = '{"state":"bootstrap"}';
  const VersionStages = ['AWSPENDING'];
  await secretsManager.send(new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString, VersionStages }));
  await operate(system, 'repair');
};

const adopt = async (system: System, digit: number): Promise<void> => {
  const { secretArn: SecretId } = await system.gateway();
  const { credentialId, value } = composeCredential(Array.from({ length: randomDigits }, () => digit));
  const versionId = `${digit}3333333-3333-4333-8333-333333333333`;
  await system.deployment.secretsManager.send(
    new PutSecretValueCommand({
      SecretId,
      ClientRequestToken: versionId,
      SecretString: JSON.stringify({ credentialId, credential: value }),
      VersionStages: [`by-hand-${digit}`],
    }),
  );
  await operate(system, 'adopt', { credentialId, versionId });
};

const rotatedAfterAdoption = async (system: System): Promise<void> => {
  await adopt(system, 7);
  await begin(system);
  await distributed(system);
};

const pressedByEvent = async (system: System): Promise<void> => {
  const { operator, outputs } = system.deployment.cloud;
  const events = new EventBridgeClient(clientSettings(operator));
  const { actor, reason } = by;
  const Detail = JSON.stringify({ gatewayId, confirmGatewayId: gatewayId, actor, reason });
  const entry = { EventBusName: outputs.compromiseBus, Source: 'test', DetailType: compromiseDetailType, Detail };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
  events.destroy();
  await system.until(({ rotation }) => rotation?.trigger === 'compromise');
};

const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** Kits that a program serves: one reads a secret, one takes webhooks. */
const servedKits = async (): Promise<System> => {
  const receiver = await openWebhookReceiver({ port: 0, signingSecret, applyMs: 0, nowMs: Date.now });
  const kit = (kitId: string, kind: string, settings: object) => ({ ...manualKit(kitId), kind, settings });
  const { url, readBackUrl } = receiver;
  const system = await openSystem({
    kits: [
      kit('one', 'secrets-manager', { secretId: 'kits/reader', propagationSeconds: 1 }),
      kit('two', 'webhook', { url, readBackUrl, signingSecret: 'kits/signing', propagationSeconds: 1 }),
    ],
  });
  const { secretsManager } = system.deployment;
  const Tags = [tagOfKits];
  await secretsManager.send(new CreateSecretCommand({ Name: 'kits/reader', SecretString: 'none yet', Tags }));
  await secretsManager.send(new CreateSecretCommand({ Name: 'kits/signing', SecretString: signingSecret, Tags }));
  const use = async (): Promise<void> => {
    const { SecretString = '' } = await secretsManager.send(new GetSecretValueCommand({ SecretId: 'kits/reader' }));
    await system.ask(SecretString, 'one');
    await system.ask(receiver.currentCredential() ?? '', 'two');
  };
  const end = async (): Promise<void> => {
    for (let turns = 0; (await system.gateway()).rotation && turns < 200; turns++) {
      await use();
      await system.timers.advance(2_000);
    }
  };
  await system.timers.advance(10_000);
  await end();
  await system.start({ gatewayId, reason: 'served', plan: true });
  await begin(system);
  await system.timers.advance(10_000);
  await end();
  await receiver.close();
  if ((await system.gateway()).ended.length < 2) throw new Error('The kits that programs serve were not rotated.');
  return system;
};

const consoleActs = async (system: System): Promise<void> => {
  const show = (ask: object) => system.call('console', { format: 'json', gatewayId, ...ask });
  let count = 0;
  const act = (what: string, more: object = {}) =>
    system.call('console-act', { ...by, act: what, requestId: `act-${count++}`, ...more });
  await system.call('console', { format: 'json' });
  await act('plan');
  await system.timers.advance(2_000);
  await show({ view: 'plan', execution: 'console-act-0' });
  await act('rotate');
  await distributed(system);
  await show({ view: 'gateway' });
  await act('retry-kit', { kitId: 'one' });
  await system.timers.advance(5_000);
  await act('acknowledge-kit', { kitId: 'one', credentialId: (await system.gateway()).rotation?.targetId });
  await act('hold');
  await act('resume');
  await show({ view: 'act', act: 'compromise' });
  await act('compromise', { rejectWithinSeconds: '0', confirmGatewayId: gatewayId });
};

const forced = async (system: System): Promise<void> => {
  await begin(system);
  await distributed(system);
  await operate(system, 'force', { kits: 1, kitsHash: '7692c3ad3540bb80' }); // sha256("one"), by sha256sum
  await ended(system);
};

const ladder = { remindAfterSeconds: 60, escalateAfterSeconds: 120, deadlineSeconds: 180 };
const late = async (system: System): Promise<void> => {
  await begin(system);
  await system.until(({ rotation }) => rotation?.held !== undefined);
  await operate(system, 'extend', { deadlineAt: new Date(system.timers.now() + 86_400_000).toISOString() });
  await operate(system, 'resume');
};

const stopped = async (system: System): Promise<void> => {
  const executionArn = await begin(system);
  await distributed(system);
  await system.deployment.stepFunctions.send(new StopExecutionCommand({ executionArn }));
  await reconciled(system, 60_000);
  await operate(system, 'resume');
};

/** Secrets Manager asks for the first two steps, and for no other: what they made is given up, and seen refused. */
const notHandedOver = async (system: System): Promise<void> => {
  await scheduled(system);
  const { secretArn } = await system.gateway();
  const ClientRequestToken = '55555555-5555-4555-8555-555555555555' as RotationId;
  const vault = vaultIn(system.deployment.secretsManager);
  await vault.mint(secretArn, ClientRequestToken, { rotationToken: undefined });
  for (const Step of ['createSecret', 'setSecret'])
    await system.call('rotate-secret', { Step, SecretId: secretArn, ClientRequestToken });
  await reconciled(system, 2 * 86_400_000);
  await reconciled(system, 60_000);
};

/** Somebody put a value by hand: the attempt fails, and the reconciler starts the next when it was put right. */
const failedOnce = async (system: System): Promise<void> => {
  const { secretsManager } = system.deployment;
  const { secretArn: SecretId, currentVersionId } = await system.gateway();
  const byHand = '33333333-3333-4333-8333-333333333333';
  const SecretString = '{"by":"hand"}';
  await secretsManager.send(new PutSecretValueCommand({ SecretId, ClientRequestToken: byHand, SecretString }));
  await begin(system);
  await system.timers.advance(10_000);
  const move = { MoveToVersionId: currentVersionId, RemoveFromVersionId: byHand };
  await secretsManager.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', ...move }));
  await reconciled(system, 60_000);
};

/** Five live credentials leave no room for a successor, so that the one unused longest goes first. */
const compromisedAtFive = async (system: System): Promise<void> => {
  for (const digit of [1, 2, 3, 4]) await adopt(system, digit);
  const { live } = await system.gateway();
  if (live.length !== 5) throw new Error(`There are ${live.length} live credentials.`);
  await press(system);
};

/** Nothing can be published, so that everybody who saves a record reads the audit for what is still to be told. */
const withoutBus = async (system: System): Promise<void> => {
  const { operator, outputs } = system.deployment.cloud;
  const events = new EventBridgeClient(clientSettings(operator));
  await events.send(new DeleteEventBusCommand({ Name: outputs.eventBus }));
  await scheduled(system);
  const { secretArn } = await system.gateway();
  await system.deployment.secretsManager.send(new RotateSecretCommand({ SecretId: secretArn }));
  await distributed(system);
  await operate(system, 'hold');
  await system.call('console-act', { format: 'json', ...by, act: 'resume', requestId: 'act-1' });
  await system.timers.advance(10_000);
  await system.call('reconcile', {});
  await system.finish();
  await system.applyGateways([orders({ kits: [manualKit('one'), manualKit('two')] }), orders({ gatewayId: 'more' })]);
  await system.applyGateways([orders()]);
  await press(system);
  await system.finish();
  await events.send(new CreateEventBusCommand({ Name: outputs.eventBus }));
  events.destroy();
  await system.call('reconcile', {});
};

/** Requests on every route of the policy check: both legs, by a named kit and by nobody. */
const asked = async (system: System): Promise<void> => {
  const [credential] = (await system.gateway()).live;
  const value = await system.credentialOf(credential ?? { versionId: '' });
  for (const kit of ['', '/kits/one'])
    for (const leg of ['request', 'response']) {
      const url = `${system.deployment.policyCheckUrl}/gateways/${gatewayId}${kit}/sideband/${leg}`;
      const answer = await fetch(url, { method: 'POST', headers: { 'client-token': value }, body: '{}' });
      await answer.body?.cancel();
    }
};

/** The rule of the template runs the reconciler. */
const everyMinute = async (system: System): Promise<void> => {
  await system.deployment.cloud.startSchedules();
  await system.timers.advance(61_000);
};

const appliedAgain = async (system: System): Promise<void> => {
  const kits = [manualKit('one'), manualKit('two')];
  const { secretArn: SecretId } = await system.gateway();
  const { secretsManager } = system.deployment;
  await secretsManager.send(new DeleteSecretCommand({ SecretId }));
  await system.applyGateways([orders({ kits })]);
  await system.applyGateways([orders()]);
};

/** Every path that there is, in the order of the README. */
export const scenarios: readonly Scenario[] = [
  { name: 'the first credential, and a rotation by hand', play: rotated(begin) },
  { name: 'a plan', play: rotated((system) => system.start({ gatewayId, reason: 'look', plan: true })) },
  { name: 'a rotation by Secrets Manager, its schedule set and taken away', play: rotated(secretsManagerRotates) },
  { name: 'a label that Secrets Manager left, repaired', play: rotated(strandedBySecretsManager) },
  { name: 'kits that programs serve', play: servedKits },
  { name: 'a compromise', play: rotated((system) => press(system)) },
  {
    name: 'a compromise that is refused at once',
    play: rotated((system) => press(system, { rejectWithinSeconds: 0 })),
  },
  {
    name: 'a compromise while a rotation runs',
    play: rotated(async (system) => {
      await begin(system);
      await distributed(system);
      await press(system);
    }),
  },
  { name: 'a compromise by an event', play: rotated(pressedByEvent) },
  { name: 'an adopted credential', play: rotated(rotatedAfterAdoption) },
  { name: 'a compromise of five credentials', play: rotated(compromisedAtFive) },
  {
    name: 'hold, resume, extend, and a kit tried again',
    play: rotated(async (system) => {
      await begin(system);
      await distributed(system);
      await operate(system, 'hold');
      await operate(system, 'resume');
      const deadlineAt = new Date(system.timers.now() + 14 * 86_400_000).toISOString();
      await operate(system, 'extend', { deadlineAt });
      await operate(system, 'retry-kit', { kitId: 'one' });
      await system.timers.advance(5_000);
    }),
  },
  {
    name: 'roll back',
    play: rotated(async (system) => {
      await begin(system);
      await distributed(system);
      await operate(system, 'roll-back');
      await distributed(system);
    }),
  },
  { name: 'force', play: rotated(forced) },
  { name: 'owners reminded, escalated to, and held at the deadline', play: rotated(late, { policy: ladder }) },
  { name: 'an execution that somebody stopped, and one that is lost', play: rotated(stopped) },
  { name: 'a version that Secrets Manager did not hand over', play: rotated(notHandedOver) },
  { name: 'gateways.json applied again: a kit more, a secret taken back', play: rotated(appliedAgain) },
  { name: 'an attempt that fails, and the next one', play: rotated(failedOnce) },
  { name: 'a lost event bus', play: rotated(withoutBus) },
  { name: 'requests of kits, on every route', play: rotated(asked) },
  { name: 'the reconciler by its rule', play: rotated(everyMinute) },
  { name: 'the console', play: rotated(consoleActs) },
];
