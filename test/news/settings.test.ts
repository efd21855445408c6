import { describe, expect, it } from 'vitest';
import { applyNews } from '../../lambdas/registry/apply-news.ts';
import { readRegistry } from '../../lambdas/registry/read-registry.ts';
import { hostsOf, refuseOtherHosts } from '../../lambdas/registry/registry-hosts.ts';

const text = (channels: object, news: readonly object[]): string => JSON.stringify({ channels, news, gateways: [] });
const slack = { kind: 'slack', secret: 'news/edge-slack' };
const channels = {
  'edge-slack': slack,
  'edge-teams': { kind: 'teams', secret: 'news/teams', host: 'prod-12.westeurope.logic.azure.com' },
  'on-call': { kind: 'pagerduty', secret: 'news/pagerduty' },
  mail: {
    kind: 'email',
    host: 'smtp.example.com',
    from: 'rotation@example.com',
    user: 'rotation',
    secret: 'news/smtp',
  },
  soc: { kind: 'webhook', url: 'https://soc.example.com/hooks/credentials', secret: 'news/soc' },
};

describe('channels and news of gateways.json', () => {
  it('are read with safe defaults, and their hosts are those that the deployment allows', () => {
    const registry = readRegistry(text(channels, [{ channels: ['edge-slack'], owners: ['edge@example.com'] }]));
    expect(registry.news.channels['edge-slack']).toEqual({ ...slack, host: 'hooks.slack.com' });
    expect(registry.news.news).toEqual([
      { channels: ['edge-slack'], for: 'owners', owners: ['edge@example.com'], from: 'instruction' },
    ]);
    expect(hostsOf(registry)).toEqual([
      ...['events.pagerduty.com', 'hooks.slack.com', 'prod-12.westeurope.logic.azure.com'],
      ...['smtp.example.com', 'soc.example.com'],
    ]);
  });

  it.each([
    [
      'a webhook URL in the file',
      { a: { kind: 'slack', url: 'https://hooks.slack.com/services/T0/B0/x' } },
      [],
      'channels.a',
    ],
    [
      'what a secret holds in the place of its name',
      { a: { ...slack, secret: 'https://hooks.slack.com/services/T0/B0/x' } },
      [],
      'channels.a.secret: given a text',
    ],
    [
      'a signing key in the place of its name',
      { a: { ...slack, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } },
      [],
      'channels.a.secret: given a text',
    ],
    [
      'a kind that there is not',
      { a: { kind: 'pager' } },
      [],
      '"slack" or "teams" or "pagerduty" or "email" or "webhook"',
    ],
    ['a name that no tag can hold', { 'A b': slack }, [], 'channels'],
    [
      'news by an unknown channel',
      { a: slack },
      [{ channels: ['b'] }],
      'news[0].channels: given "b"; allowed is one of a.',
    ],
    [
      'owners of what operators hear',
      { a: slack },
      [{ channels: ['a'], for: 'operators', owners: ['x'] }],
      'news[0].owners',
    ],
    [
      'mail to operators without an address',
      { mail: channels.mail },
      [{ channels: ['mail'], for: 'operators' }],
      'channels.mail.to',
    ],
    [
      'mail to an owner who is none',
      { mail: channels.mail },
      [{ channels: ['mail'], owners: ['edge team'] }],
      '"edge team" of news[0] is no e-mail address',
    ],
    [
      'a user without a password',
      { mail: { ...channels.mail, secret: undefined } },
      [],
      'must have both user and secret, or neither',
    ],
    [
      'an unencrypted webhook',
      { a: { kind: 'webhook', url: 'http://soc.example.com', secret: 's' } },
      [],
      'must be https',
    ],
    ['an unknown urgency', { a: slack }, [{ channels: ['a'], from: 'urgent' }], 'news[0].from'],
  ])('refuses %s', (_, given, news, said) => {
    expect(() => readRegistry(text(given, news))).toThrow(said);
  });

  it('refuses a channel at a host that the deployment does not allow, and names the channel', () => {
    const registry = readRegistry(text(channels, []));
    const allowed = {
      allowed: ['hooks.slack.com', 'events.pagerduty.com', '*.logic.azure.com', 'smtp.example.com'],
      mayBeLocal: false,
    };
    expect(() => refuseOtherHosts(registry, allowed)).toThrow('channel soc: given the host soc.example.com');
  });

  it('are kept when they are applied, with a line for each difference, and only then', async () => {
    const kept: unknown[] = [];
    const store = { settings: async () => kept.at(-1), keepSettings: async (given: unknown) => void kept.push(given) };
    const needs = { news: store as never, log: () => undefined };
    const { news } = readRegistry(text({ a: slack }, [{ channels: ['a'] }]));
    const lines = ['+ channel a: slack', '~ news: 1 entries say who is told what'];
    expect(await applyNews(needs, news, { plan: true })).toEqual(lines);
    expect(kept).toEqual([]);
    expect(await applyNews(needs, news, { plan: false })).toEqual(lines);
    expect(await applyNews(needs, news, { plan: false })).toEqual([]);
    expect(kept).toEqual([news]);
    const without = readRegistry(text({}, [])).news;
    expect(await applyNews(needs, without, { plan: true })).toContain('- channel a: nobody is told by it any more');
  });
});
