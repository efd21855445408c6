import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPagerDuty } from './stand-ins/pagerduty.ts';
import { openSlack } from './stand-ins/slack.ts';
import { openSmtp } from './stand-ins/smtp.ts';
import { openStandardWebhook } from './stand-ins/standard-webhook.ts';
import { openTeams } from './stand-ins/teams.ts';
import type { ChannelWorld } from './stand-ins/world.ts';
import { news, openTelling, type Telling } from './told.ts';

const minuteMs = 60_000;
const worlds: Readonly<Record<string, () => Promise<ChannelWorld>>> = {
  slack: openSlack,
  teams: openTeams,
  pagerduty: openPagerDuty,
  email: openSmtp,
  webhook: openStandardWebhook,
};

describe.each(Object.entries(worlds))('what every channel keeps: %s', (kind, open) => {
  let world: ChannelWorld;
  let telling: Telling;
  beforeEach(async () => {
    world = await open();
    telling = await openTelling({ [kind]: world });
  });
  afterEach(async () => {
    await telling.close();
    await world.close();
  });

  it('delivers what happened, what to do, by when, and a link', async () => {
    await telling.tell(news());
    expect(await telling.outbox()).toMatchObject([
      { channel: kind, channelKind: kind, state: 'DELIVERED', attempts: 1 },
    ]);
    const [{ text } = { text: '' }] = world.arrived;
    const plain = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    expect(plain).toContain('Escalation: kit warehouse is still late');
    expect(plain).toContain('Kit warehouse <of> gateway orders');
    expect(plain).toContain('2027-01-16T08:00:00.000Z');
    expect(plain).toContain('http://127.0.0.1:8090/?view=gateway&gatewayId=orders');
  });

  it('the same news handed over twice are told once', async () => {
    await telling.tell(news());
    await telling.tell(news());
    expect(world.arrived).toHaveLength(1);
    expect(await telling.outbox()).toHaveLength(1);
  });

  it('throttled, it is delivered later, and not before the channel wants it', async () => {
    world.faults.push('throttle');
    await telling.tell(news());
    expect(await telling.outbox()).toMatchObject([{ state: 'WAITING', attempts: 1 }]);
    await telling.round(30_000);
    expect(world.arrived).toEqual([]);
    await telling.round(5 * minuteMs);
    expect(world.arrived).toHaveLength(1);
    expect(await telling.outbox()).toMatchObject([{ state: 'DELIVERED', attempts: 2 }]);
    expect(JSON.stringify(await telling.outbox())).not.toContain('failure');
  });

  it('a message that the channel refuses is given up at once, counted, and names no secret', async () => {
    world.faults.push('refuse');
    await telling.tell(news());
    await telling.round(60 * minuteMs);
    expect(await telling.outbox()).toMatchObject([{ state: 'DEAD', attempts: 1, failure: 'MESSAGE_REFUSED' }]);
    expect(world.arrived).toEqual([]);
    expect(JSON.stringify(telling.logged)).toContain('"NewsGivenUp":1');
    expect(JSON.stringify([telling.logged, await telling.outbox()])).not.toContain(world.secret.trim());
  });

  it('an answer that is lost is no yes: it is told again with the same id', async () => {
    world.faults.push('lost-answer');
    await telling.tell(news());
    expect(await telling.outbox()).toMatchObject([{ state: 'WAITING' }]);
    await telling.round(2 * minuteMs);
    expect(await telling.outbox()).toMatchObject([{ state: 'DELIVERED', attempts: 2 }]);
    expect(world.arrived).toHaveLength(2);
    expect(world.arrived[1]?.id).toBe(world.arrived[0]?.id);
  });

  it('down for good, it is tried ten times in some eight hours and then given up', async () => {
    world.faults.push(...Array.from({ length: 40 }, () => 'down' as const));
    await telling.tell(news());
    const states: string[] = [];
    for (let hour = 0; hour < 24; hour += 0.25) {
      await telling.round(15 * minuteMs);
      states.push((await telling.outbox())[0]?.state ?? '');
    }
    expect(await telling.outbox()).toMatchObject([{ state: 'DEAD', attempts: 10, failure: 'SERVER_ERROR' }]);
    expect(world.faults).toHaveLength(30);
    expect(states.indexOf('DEAD') / 4).toBeGreaterThan(7);
    expect(states.indexOf('DEAD') / 4).toBeLessThan(11);
  });

  it('says no credential, whatever a text holds', async () => {
    const value = 'gwc_abcdefghij_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH';
    await telling.tell(news({ text: `Put ${value} into it.`, subject: `With ${value}` }));
    expect(world.arrived).toHaveLength(1);
    expect(JSON.stringify([world.arrived, await telling.outbox()])).not.toContain('0123456789abcdef');
  });

  it('refuses a host that this deployment does not allow, and tries again when it does', async () => {
    const { hosts } = telling.needs.kitReach;
    Object.assign(hosts, { allowed: ['hooks.slack.com'] });
    await telling.tell(news());
    expect(await telling.outbox()).toMatchObject([{ state: 'WAITING', failure: 'HOST_NOT_ALLOWED' }]);
    expect(world.arrived).toEqual([]);
    Object.assign(hosts, { allowed: ['127.0.0.1'] });
    await telling.round(2 * minuteMs);
    expect(world.arrived).toHaveLength(1);
  });

  it('refuses a secret that does not hold what its kind needs', async () => {
    Object.assign(world, { secret: kind === 'email' ? '' : 'nothing of the kind' });
    await telling.tell(news());
    expect(await telling.outbox()).toMatchObject([{ state: 'WAITING', failure: 'SECRET_UNUSABLE' }]);
  });
});
