import { hasLabels, type Labels } from '../domain/labels.ts';
import { expired, type News, type NewsEntry } from '../domain/news.ts';
import { shardOf } from '../domain/shards.ts';
import { newsOfTransition } from '../notifications/transition-news.ts';
import type { Dependencies } from '../ports.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { withoutCredentials } from '../runtime/log.ts';
import { type NewsSettings, newsSettings } from './channel-schema.ts';
import { deliver, type SendNeeds } from './deliver.ts';
import type { NewsInput } from './news-input.ts';
import { channelsFor } from './routes.ts';

type Needs = SendNeeds & Pick<Dependencies, 'records' | 'kits'>;

/** How long the outbox keeps what people were told. */
const keptMs = 90 * 86_400_000;
const atOnce = 5;
/** How far back an open incident is looked for. */
const lookBack = 200;
/** After this a round ends, so that none outlives its function; what is left is for the next one. */
const roundMs = 35_000;

const nothing: NewsSettings = { channels: {}, news: [], owners: {} };
const settingsOf = async ({ news }: Needs): Promise<NewsSettings> =>
  newsSettings.parse((await news.settings()) ?? nothing);

/** Puts news into the outbox, once for each channel that is to tell them, and tries each at once; or tries again what waits and is due. */
export const takeNews = async (needs: Needs, input: NewsInput): Promise<void> => {
  switch (input.kind) {
    case 'round':
      return deliverDue(needs);
    case 'owners':
      for (const news of input.news) await take(needs, news);
      return;
    case 'transition': {
      const gateway = await needs.records.read(input.gatewayId);
      const news = gateway && newsOfTransition(input.newsId, input.transition, gateway);
      if (news) await take(needs, news);
    }
  }
};

const take = async (needs: Needs, given: News): Promise<void> => {
  const settings = await settingsOf(needs);
  const news = { ...given, subject: withoutCredentials(given.subject), text: withoutCredentials(given.text) };
  const names = channelsFor(settings, news, await labelsOf(needs, settings, news));
  const before = news.signal || names.length > 0 ? await needs.news.latest(news.gatewayId, lookBack) : [];
  const entries = [
    ...names
      .filter((name) => !isOnlySignal(settings, news, name))
      .map((name) => entryFor(settings, news, name, 'tell')),
    ...signalsFor(settings, news, before),
    ...(names.length === 0 && news.owner !== undefined ? [onTopicOnly(news)] : []),
  ];
  const isNew = await boundedMap(entries, atOnce, (entry) => needs.news.add(entry));
  const added = entries.filter((_, index) => isNew[index]);
  const due = added.filter((entry) => entry.state === 'WAITING' && !waitsForOthers(entry, before));
  await boundedMap(due, atOnce, (entry) => deliver(needs, settings, entry));
  if (added.length > 0) await needs.news.forget(news.gatewayId, needs.now() - keptMs);
};

const entryFor = ({ channels }: NewsSettings, news: News, channel: string, act: NewsEntry['act']): NewsEntry => {
  const channelKind = channels[channel]?.kind;
  return { news, act, channel, ...(channelKind ? { channelKind } : {}), state: 'WAITING', attempts: 0 };
};
const onTopicOnly = (news: News): NewsEntry => ({ news, act: 'tell', state: 'NO_CHANNEL', attempts: 0 });

/** What ends an incident, or says that somebody looks after it, would open one if it was told to PagerDuty. */
const isOnlySignal = ({ channels }: NewsSettings, { signal }: News, name: string): boolean =>
  signal !== undefined && channels[name]?.kind === 'pagerduty';

/** To each PagerDuty channel whose incident of this thread is open: what the news do to it. */
const signalsFor = (settings: NewsSettings, news: News, before: readonly NewsEntry[]): readonly NewsEntry[] => {
  const { signal, thread } = news;
  if (!signal) return [];
  const ofThread = before.filter((entry) => entry.news.thread === thread && entry.channelKind === 'pagerduty');
  const names = new Set(ofThread.flatMap(({ channel }) => channel ?? []));
  return [...names]
    .filter((name) => {
      const last = ofThread.find(
        ({ channel, act, state }) => channel === name && act !== 'acknowledge' && state !== 'DEAD',
      );
      return last?.act === 'tell'; // newest first: nothing resolved it since
    })
    .map((name) => entryFor(settings, news, name, signal));
};

/** What ends an incident waits for what opens it, so that none stays open. */
const waitsForOthers = (entry: NewsEntry, others: readonly NewsEntry[]): boolean =>
  entry.act !== 'tell' && others.some((other) => other.state === 'WAITING' && threadOf(other) === threadOf(entry));

const threadOf = ({ news, channel = '' }: NewsEntry): string => `${channel} ${news.gatewayId} ${news.thread}`;

/** Those of the gateway and of the kit; read only when somebody asks for labels. */
const labelsOf = async ({ records, kits }: Needs, { news: routes }: NewsSettings, news: News): Promise<Labels> => {
  if (routes.every(({ labels = {} }) => hasLabels({}, labels))) return {};
  const gateway = await records.read(news.gatewayId);
  if (!gateway || news.kitId === undefined) return gateway?.labels ?? {};
  const { gatewayId, shardCount, labels } = gateway;
  for await (const kit of kits.ofShard(gatewayId, shardOf(news.kitId, shardCount), shardCount))
    if (kit.kitId === news.kitId) return { ...labels, ...kit.labels };
  return labels ?? {};
};

/** Oldest first. A channel that fails is left alone for the rest of the round: what is next would fail as well. */
const deliverDue = async (needs: Needs): Promise<void> => {
  const settings = await settingsOf(needs);
  const endMs = needs.now() + roundMs;
  const failing = new Set<string>();
  const waiting = new Set<string>();
  for await (const entry of needs.news.waiting()) {
    if (needs.now() > endMs) return;
    const { channel = '', nextAttemptAtMs = 0, act } = entry;
    const isHeld = act !== 'tell' && waiting.has(threadOf(entry));
    const isOld = expired(entry, needs.now()) !== undefined;
    const isDue = isOld || (nextAttemptAtMs <= needs.now() && !failing.has(channel) && !isHeld);
    const after = isDue ? await deliver(needs, settings, entry) : entry;
    if (isDue && after?.state === 'WAITING') failing.add(channel);
    if (!after || after.state === 'WAITING') waiting.add(threadOf(entry));
  }
};
