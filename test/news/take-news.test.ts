import { afterEach, describe, expect, it } from 'vitest';
import type { NewsSettings } from '../../lambdas/news/channel-schema.ts';
import { deliver } from '../../lambdas/news/deliver.ts';
import { openPagerDuty } from './stand-ins/pagerduty.ts';
import { openSlack } from './stand-ins/slack.ts';
import { gatewayId, news, openTelling, type Telling } from './told.ts';

const minuteMs = 60_000;
type Route = NewsSettings['news'][number];
const route = (more: Partial<Route>): Route => ({ channels: ['slack'], for: 'owners', from: 'instruction', ...more });

const open: { close(): Promise<void> }[] = [];
const kept = <One extends { close(): Promise<void> }>(one: One): One => {
  open.unshift(one);
  return one;
};
const opened = async (routes?: readonly Route[]) => {
  const slack = kept(await openSlack());
  const pager = kept(await openPagerDuty());
  const telling: Telling = kept(await openTelling({ slack, pager }, routes ?? [route({})]));
  return { slack, pager, telling };
};
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

describe('who is told', () => {
  it('owners and labels choose, and what is less urgent than a route asks is not told', async () => {
    const { slack, telling } = await opened([
      route({ owners: ['edge@example.com'] }),
      route({ labels: { env: 'prod' }, from: 'page' }),
    ]);
    await telling.tell(
      news({ newsId: 'a', owner: 'edge@example.com', severity: 'instruction', subject: 'for edge' }),
      news({ newsId: 'b', owner: 'else@example.com', severity: 'deadline', subject: 'not urgent enough' }),
      news({ newsId: 'c', owner: 'else@example.com', severity: 'page', subject: 'urgent in prod' }),
    );
    expect(slack.arrived.map(({ text }) => text.split('\n')[0])).toEqual(['*for edge*', '*urgent in prod*']);
  });

  it('what no channel takes is in the outbox as published to the topic only', async () => {
    const { telling } = await opened([]);
    await telling.tell(news());
    expect(await telling.outbox()).toMatchObject([{ state: 'NO_CHANNEL', news: { owner: 'warehouse@example.com' } }]);
  });

  it('operators hear of transitions, and owners do not', async () => {
    const { slack, telling } = await opened([route({ for: 'operators' })]);
    await telling.tell(news());
    await telling.transition('fail');
    await telling.transition('created');
    expect(slack.arrived.map(({ text }) => text.split('\n')[0])).toEqual([
      '*Gateway orders: the rotation was given up*',
    ]);
  });

  it('nobody is mentioned, and no link is made, by what others wrote', async () => {
    const { slack, telling } = await opened();
    await telling.tell(news({ text: 'Look at <!channel> and <https://example.com|this>.' }));
    expect(slack.arrived[0]?.text).toContain('&lt;!channel&gt; and &lt;https://example.com|this&gt;');
  });
});

describe('an incident', () => {
  const pages = [
    route({ channels: ['pager'], from: 'escalation' }),
    route({ channels: ['pager'], for: 'operators', from: 'escalation' }),
  ];
  const key = 'rotation-1/orders/rotation';

  it('is one a rotation, is acknowledged when a person decides, and resolved when it ends', async () => {
    const { pager, telling } = await opened(pages);
    await telling.tell(news({ newsId: 'a' }), news({ newsId: 'b' }));
    expect([...pager.incidents]).toEqual([[key, 'triggered']]);
    telling.clock.nowMs += 1_000;
    await telling.transition('extend', { actor: 'claimed: alice (request 1)' });
    expect(pager.incidents.get(key)).toBe('acknowledged');
    telling.clock.nowMs += 1_000;
    await telling.transition('complete', { actor: 'workflow' });
    expect(pager.incidents.get(key)).toBe('resolved');
    telling.clock.nowMs += 1_000;
    await telling.transition('complete', { actor: 'workflow' }, 'orders#later');
    expect(pager.arrived.map(({ text }) => text.split('\n')[0])).toEqual([
      'trigger',
      'trigger',
      'acknowledge',
      'resolve',
    ]);
  });

  it('is not left open when its end comes while the channel is down', async () => {
    const { pager, telling } = await opened(pages);
    pager.faults.push('down', 'down');
    await telling.tell(news());
    telling.clock.nowMs += 1_000;
    await telling.transition('complete', { actor: 'workflow' });
    expect(pager.faults).toEqual(['down']); // the end was not tried before the beginning
    await telling.round(2 * minuteMs);
    await telling.round(10 * minuteMs);
    expect(pager.arrived.map(({ text }) => text.split('\n')[0])).toEqual(['trigger', 'resolve']);
    expect(pager.incidents.get(key)).toBe('resolved');
  });

  it('its end opens no other one, also where all news are told', async () => {
    const { pager, telling } = await opened([
      route({ channels: ['pager', 'slack'], for: 'operators', from: 'notice' }),
    ]);
    await telling.transition('begin');
    telling.clock.nowMs += 1_000;
    await telling.transition('complete', { actor: 'workflow' });
    expect(pager.arrived.map(({ text }) => text.split('\n')[0])).toEqual(['trigger', 'resolve']);
  });

  it('who is told of none hears of no end', async () => {
    const { pager, telling } = await opened(pages);
    await telling.transition('complete', { actor: 'workflow' });
    expect(pager.arrived).toEqual([]);
  });
});

describe('what waits', () => {
  it('a channel that fails keeps no other waiting, and is left alone for the rest of the round', async () => {
    const { slack, pager, telling } = await opened([route({ channels: ['slack', 'pager'] })]);
    slack.faults.push('down', 'down', 'down');
    await telling.tell(news({ newsId: 'a' }), news({ newsId: 'b' }));
    expect(pager.arrived).toHaveLength(2);
    await telling.round(2 * minuteMs);
    expect(slack.faults).toEqual([]); // one try, though two were due
    await telling.round(10 * minuteMs);
    expect(slack.arrived).toHaveLength(2);
  });

  it('whoever comes second does not tell it as well', async () => {
    const { slack, telling } = await opened([]);
    const entry = { news: news(), act: 'tell', channel: 'slack', state: 'WAITING', attempts: 0 } as const;
    await telling.store.add(entry);
    const { channel } = slack;
    const settings = { channels: { slack: channel }, news: [], owners: {} };
    const both = await Promise.all([deliver(telling.needs, settings, entry), deliver(telling.needs, settings, entry)]);
    expect(both.filter((one) => one !== undefined)).toMatchObject([{ state: 'DELIVERED' }]);
    expect(slack.arrived).toHaveLength(1);
  });

  it('a function that dies in the middle leaves it to the next round', async () => {
    const { slack, telling } = await opened();
    const replace = telling.store.replace;
    telling.store.replace = async (before, after) => {
      if (after.state === 'DELIVERED') throw new Error('killed');
      return replace(before, after);
    };
    await expect(telling.tell(news())).rejects.toThrow('killed');
    telling.store.replace = replace;
    await telling.round(2 * minuteMs);
    expect(slack.arrived).toHaveLength(2); // told again, since nobody knows
    expect(await telling.outbox()).toMatchObject([{ state: 'DELIVERED', attempts: 2 }]);
  });

  it('what waited for a day is given up, however many wait before it', async () => {
    const { slack, telling } = await opened();
    slack.faults.push(...Array.from({ length: 40 }, () => 'down' as const));
    await telling.tell(...['a', 'b', 'c', 'd', 'e'].map((newsId) => news({ newsId })));
    for (let hour = 0; hour < 25; hour += 1) await telling.round(60 * minuteMs);
    expect((await telling.outbox()).map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'DEAD'));
  });

  it('a channel that is taken out of gateways.json is told nothing more', async () => {
    const { slack, telling } = await opened();
    slack.faults.push('down');
    await telling.tell(news());
    await telling.store.keepSettings({ channels: {}, news: [], owners: {} });
    await telling.round(2 * minuteMs);
    expect(await telling.outbox()).toMatchObject([{ state: 'DEAD', failure: 'CHANNEL_GONE' }]);
  });

  it('what is older than ninety days is forgotten', async () => {
    const { telling } = await opened();
    await telling.tell(news());
    telling.clock.nowMs += 91 * 24 * 60 * minuteMs;
    await telling.tell(news({ newsId: 'later', atMs: telling.clock.nowMs }));
    expect((await telling.store.latest(gatewayId, 10)).map(({ news: { newsId } }) => newsId)).toEqual(['later']);
  });
});
