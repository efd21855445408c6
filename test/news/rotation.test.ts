import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import type { NewsLine } from '../../lambdas/console/view/views.ts';
import { gatewayId, manualKit, openRotated, openSystem, type System } from '../support/system.ts';
import { openPagerDuty } from './stand-ins/pagerduty.ts';
import { openSlack } from './stand-ins/slack.ts';
import { openSmtp } from './stand-ins/smtp.ts';
import type { ChannelWorld } from './stand-ins/world.ts';

let system: System;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await system.close();
  for (const one of open.splice(0)) await one.close();
});
const kept = <One extends { close(): Promise<void> }>(one: One): One => {
  open.push(one);
  return one;
};

const toldTo = (worlds: Readonly<Record<string, ChannelWorld>>) => ({
  channels: Object.fromEntries(Object.entries(worlds).map(([name, { channel }]) => [name, channel])),
  news: (['owners', 'operators'] as const).map((audience) => ({
    ...{ channels: Object.keys(worlds), for: audience, from: audience === 'owners' ? 'instruction' : 'notice' },
  })),
});
/** Whoever sets a channel up puts its secret there, and tags it for the channel. */
const putSecrets = async (worlds: Readonly<Record<string, ChannelWorld>>): Promise<void> => {
  for (const [name, { channel, secret }] of Object.entries(worlds))
    await system.deployment.secretsManager.send(
      new CreateSecretCommand({
        ...{ Name: channel.secret, SecretString: secret },
        Tags: [{ Key: 'gateway-credential-rotation', Value: `news:${name}` }],
      }),
    );
};
const outbox = async (): Promise<readonly NewsLine[]> => {
  const view = (await system.call('console', { view: 'news', gatewayId, format: 'json' })) as {
    entries: readonly NewsLine[];
  };
  return view.entries;
};

describe('a rotation and the news of it', () => {
  it('owners and operators hear of it by their channels, and its end resolves what it opened', async () => {
    const [slack, pager] = [kept(await openSlack()), kept(await openPagerDuty())];
    const worlds = { slack, pager };
    const telling = toldTo(worlds);
    system = await openRotated({
      telling,
      policy: { remindAfterSeconds: 60, escalateAfterSeconds: 120, deadlineSeconds: 600 },
    });
    await putSecrets(worlds);
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.until(({ rotation }) => rotation?.escalationLevel === 2);
    await system.finish();
    await system.timers.advance(60 * 60_000); // what waited for the secrets, which came after the first rotation
    for (let round = 0; round < 3; round += 1) await system.call('deliver-news', {});
    expect(slack.arrived.map(({ text }) => text.split('\n')[0])).toEqual(
      expect.arrayContaining([
        '*Gateway orders: a rotation began*',
        '*Install the new credential in kit one of gateway orders*',
        '*Escalation: kit one is still late*',
        '*Gateway orders: the rotation ended*',
      ]),
    );
    expect([...pager.incidents.values()]).toEqual(['resolved']);
    expect(JSON.stringify([slack.arrived, pager.arrived, system.logged])).not.toMatch(/gwc_[0-9A-Za-z]{10}_/);
  });

  it('goes on to its end while every channel is down, and what was not delivered is given up at last', async () => {
    const worlds = { slack: await openSlack(), mail: await openSmtp(), pager: await openPagerDuty() };
    for (const one of Object.values(worlds)) await one.close(); // nobody listens there any more
    const telling = toldTo(worlds);
    Object.assign(telling.channels.mail ?? {}, { to: ['on-call@example.com'] });
    system = await openRotated({ telling });
    await putSecrets(worlds);
    await system.start({ gatewayId, reason: 'quarterly' });
    await system.finish();
    expect(await system.gateway()).toMatchObject({ live: [{ stage: 'CURRENT' }] });
    expect((await system.gateway()).rotation).toBeUndefined();
    for (let hour = 0; hour < 26; hour += 1) {
      await system.timers.advance(60 * 60_000);
      await system.call('deliver-news', {});
    }
    const entries = (await outbox()).filter(({ act }) => act === 'tell');
    expect(new Set(entries.map(({ state }) => state))).toEqual(new Set(['DEAD']));
    expect(entries.length).toBeGreaterThan(5);
  });

  it('a secret that nobody gave to the channel is not read, and none of a channel is read by a kit of that name', async () => {
    const slack = kept(await openSlack());
    system = await openSystem({ telling: toldTo({ slack }), kits: [manualKit('one')] });
    await system.deployment.secretsManager.send(
      new CreateSecretCommand({
        ...{ Name: slack.channel.secret, SecretString: slack.secret },
        Tags: [{ Key: 'gateway-credential-rotation', Value: 'news:other' }],
      }),
    );
    await system.finish();
    expect(slack.arrived).toEqual([]);
    expect(await outbox()).toEqual(expect.arrayContaining([expect.objectContaining({ failure: 'SECRET_NOT_GIVEN' })]));
  });

  it('without channels the outbox still says what owners were told, by the topic alone', async () => {
    system = await openRotated();
    expect(await outbox()).toMatchObject([{ state: 'NO_CHANNEL', owner: 'one-team@example.com' }]);
  });
});
