import { hasLabels, type Labels } from '../domain/labels.ts';
import { isAsUrgentAs, type News } from '../domain/news.ts';
import type { NewsSettings } from './channel-schema.ts';

/** The names of the channels by which these news are told, each once; `labels` are those of the gateway and of the kit. */
export const channelsFor = (
  { news: routes }: NewsSettings,
  news: Pick<News, 'owner' | 'severity'>,
  labels: Labels,
): readonly string[] => [
  ...new Set(
    routes
      .filter((route) => (news.owner === undefined) === (route.for === 'operators'))
      .filter(({ owners }) => owners === undefined || owners.some((owner) => owner === news.owner))
      .filter((route) => hasLabels(labels, route.labels ?? {}))
      .filter(({ from }) => isAsUrgentAs(news.severity, from))
      .flatMap(({ channels }) => channels),
  ),
];

/** The hosts that channels are reached at. */
export const hostsOfChannels = ({ channels }: Pick<NewsSettings, 'channels'>): readonly string[] =>
  Object.values(channels).flatMap((channel) => hostsOf(channel));

const hostsOf = (channel: NewsSettings['channels'][string]): readonly string[] => {
  const host = 'url' in channel ? URL.parse(channel.url)?.hostname : channel.host;
  return host === undefined ? [] : [host];
};

const isAddress = (text: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);

/** What contradicts itself in channels and routes, a sentence each, with its place in the file. */
export const contradictionsIn = (settings: NewsSettings): readonly string[] => {
  const bytes = Buffer.byteLength(JSON.stringify(settings));
  if (bytes > bytesAtMost)
    return [
      `channels and news: given ${bytes} bytes together; allowed are ${bytesAtMost}. Use labels in place of lists of owners.`,
    ];
  return contradictionsOfRoutes(settings);
};
/** They are one item, of which DynamoDB takes 400 KB. */
const bytesAtMost = 300_000;

const contradictionsOfRoutes = ({ channels, news }: NewsSettings): readonly string[] =>
  news.flatMap((route, index) => {
    const at = `news[${index}]`;
    const unknown = route.channels.filter((name) => !Object.hasOwn(channels, name));
    const withoutTo = route.channels.filter((name) => {
      const channel = Object.hasOwn(channels, name) ? channels[name] : undefined;
      return channel?.kind === 'email' && channel.to === undefined;
    });
    const noAddress = (route.owners ?? []).filter((owner) => !isAddress(owner));
    return [
      ...unknown.map(
        (name) =>
          `${at}.channels: given ${JSON.stringify(name)}; allowed is one of ${Object.keys(channels).join(', ') || 'none, since there are no channels'}.`,
      ),
      ...(route.for === 'operators' && route.owners !== undefined
        ? [`${at}.owners: given a list; it must be left out: what operators hear is about no owner.`]
        : []),
      ...withoutTo.flatMap((name) =>
        route.for === 'operators'
          ? [
              `channels.${name}.to: given nothing; it must be a list of e-mail addresses, since operators are told by it.`,
            ]
          : noAddress.map(
              (owner) =>
                `channels.${name}.to: given nothing, and owner ${JSON.stringify(owner)} of ${at} is no e-mail address; give one of both.`,
            ),
      ),
    ];
  });
