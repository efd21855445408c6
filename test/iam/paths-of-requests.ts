import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateSecretCommand, GetSecretValueCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { compromiseDetailType } from '../../lambdas/compromise/press-input.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { openWebhookReceiver } from '../../lib/local/stand-ins/webhook-receiver.ts';
import { gatewayId, manualKit, openSystem, type System, tagOfKits } from '../support/system.ts';
import { begin, by, distributed, operate, orders, press, reconciled, scheduled } from './playing.ts';

/** Another system presses the compromise button. */
export const pressedByEvent = async (system: System): Promise<void> => {
  const { operator, outputs } = system.deployment.cloud;
  const events = new EventBridgeClient(clientSettings({ environment: operator }));
  const { actor, reason } = by;
  const Detail = JSON.stringify({ gatewayId, confirmGatewayId: gatewayId, actor, reason });
  const entry = { EventBusName: outputs.compromiseBus, Source: 'test', DetailType: compromiseDetailType, Detail };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
  events.destroy();
  await system.until(({ rotation }) => rotation?.trigger === 'compromise');
};

const signingSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** Kits that a program serves: one reads a secret, one takes webhooks. */
export const servedKits = async (): Promise<System> => {
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

/** A person looks, plans, rotates, decides and presses in the console. */
export const consoleActs = async (system: System): Promise<void> => {
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
  await act('force', { kits: '0', kitsHash: 'e3b0c44298fc1c14' }); // sha256 of nothing: everybody has acknowledged
  await show({ view: 'act', act: 'compromise' });
  await act('compromise', { rejectWithinSeconds: '0', confirmGatewayId: gatewayId });
};

/** Nothing can be published, so that everybody who saves a record reads the audit for what is still to be told. */
export const withoutBus = async (system: System): Promise<void> => {
  const { operator, outputs } = system.deployment.cloud;
  const events = new EventBridgeClient(clientSettings({ environment: operator }));
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
export const asked = async (system: System): Promise<void> => {
  const [credential] = (await system.gateway()).live;
  const value = await system.credentialOf(credential ?? { versionId: '' });
  for (const kit of ['', '/kits/one', '/kits/one/nodes/blue'])
    for (const leg of ['request', 'response']) {
      const url = `${system.deployment.policyCheckUrl}/gateways/${gatewayId}${kit}/sideband/${leg}`;
      const answer = await fetch(url, { method: 'POST', headers: { 'client-token': value }, body: '{}' });
      await answer.body?.cancel();
    }
};

const quarterHourMs = 900_000;

/** A kit presents its old credential after it was revoked: it is marked and its owner told, until it uses the new one. */
export const setBack = async (system: System): Promise<void> => {
  const liveValue = async (): Promise<string> => {
    const [credential] = (await system.gateway()).live;
    return system.credentialOf(credential ?? { versionId: '' });
  };
  const kitsBehind = async (): Promise<number | undefined> => {
    await reconciled(system, quarterHourMs - (system.timers.now() % quarterHourMs));
    return (await system.gateway()).kitsBehind;
  };
  const old = await liveValue();
  await begin(system);
  await system.finish();
  if ((await system.ask(old)) !== 401) throw new Error('The revoked credential was accepted.');
  if ((await kitsBehind()) !== 1) throw new Error('The kit that was set back was not found.');
  const told = system.messages.filter(({ message }) => message.includes('presents the revoked credential'));
  if (told.length !== 1) throw new Error(`Its owner was told ${told.length} times.`);
  if ((await system.ask(await liveValue())) !== 200) throw new Error('The new credential was refused.');
  if ((await kitsBehind()) !== undefined) throw new Error('The kit that is right again is still called behind.');
};
