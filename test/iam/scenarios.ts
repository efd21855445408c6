import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { composeCredential, randomDigits } from '../../lambdas/domain/credential.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { compromiseDetailType } from '../../lambdas/stages/compromise-input.ts';
import { openWebhookReceiver } from '../../lib/local/stand-ins/webhook-receiver.ts';
import { gatewayId, manualKit, openRotated, openSystem, type System, tagOfKits } from '../system.ts';

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

const scheduled = async (system: System): Promise<void> => {
  const schedule = { expression: 'rate(300 days)', duration: '3h' };
  await system.applyGateways([{ gatewayId, decision: { kind: 'allow-all' }, kits: [manualKit('one')], schedule }]);
  await system.timers.advance(5_000);
};

const secretsManagerRotates = async (system: System): Promise<void> => {
  await scheduled(system);
  const { secretArn } = await system.gateway();
  await system.deployment.secretsManager.send(new RotateSecretCommand({ SecretId: secretArn }));
  await distributed(system);
  await system.finish();
  await system.applyGateways([{ gatewayId, decision: { kind: 'allow-all' }, kits: [manualKit('one')] }]);
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

const adoptedFromTheVault = async (system: System): Promise<void> => {
  const { secretArn: SecretId } = await system.gateway();
  const { credentialId, value } = composeCredential(Array.from({ length: randomDigits }, () => 7));
  const versionId = '33333333-3333-4333-8333-333333333333';
  await system.deployment.secretsManager.send(
    new PutSecretValueCommand({
      SecretId,
      ClientRequestToken: versionId,
      SecretString: JSON.stringify({ credentialId, credential: value }),
      VersionStages: ['by-hand'],
    }),
  );
  await operate(system, 'adopt', { credentialId, versionId });
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
    system.call('console-act', { format: 'json', ...by, act: what, requestId: `act-${count++}`, ...more });
  await system.call('console', { format: 'json' });
  await act('plan');
  await system.timers.advance(2_000);
  await show({ view: 'plan', execution: 'console-act-0' });
  await act('rotate');
  await distributed(system);
  await show({ view: 'gateway' });
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

/** Secrets Manager asks for the first step, and for no other. */
const notHandedOver = async (system: System): Promise<void> => {
  await scheduled(system);
  const { secretArn } = await system.gateway();
  const ClientRequestToken = '55555555-5555-4555-8555-555555555555';
  const { secretsManager } = system.deployment;
  const put = { SecretId: secretArn, ClientRequestToken, SecretString: '{"state":"bootstrap"}' };
  await secretsManager.send(new PutSecretValueCommand({ ...put, VersionStages: ['AWSPENDING'] }));
  await reconciled(system, 86_400_000);
};

const appliedAgain = async (system: System): Promise<void> => {
  const kits = [manualKit('one'), manualKit('two')];
  const { secretArn: SecretId } = await system.gateway();
  const { secretsManager } = system.deployment;
  await secretsManager.send(new DeleteSecretCommand({ SecretId }));
  await system.applyGateways([{ gatewayId, decision: { kind: 'allow-all' }, kits }]);
  await secretsManager.send(new DescribeSecretCommand({ SecretId }));
  await system.applyGateways([{ gatewayId, decision: { kind: 'allow-all' }, kits: [manualKit('one')] }]);
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
  { name: 'an adopted credential', play: rotated(adoptedFromTheVault) },
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
  { name: 'the console', play: rotated(consoleActs) },
];
