import type { GatewayId } from '../../domain/ids.ts';
import { type NewsEntry, newsFailures } from '../../domain/news.ts';
import { paged } from './paging.ts';
import type { NewsLine, NewsView } from './views.ts';

const newsPageSize = 20;

/** What people were told of a gateway, newest first: to whom, by which channel, and what came of it. */
export const newsView = (
  gatewayId: GatewayId,
  entries: readonly NewsEntry[],
  asked: number,
  nowMs: number,
): NewsView => {
  const { page, items } = paged(entries, asked, newsPageSize);
  return { view: 'news', nowMs, gatewayId, page, entries: items.map(lineOf) };
};

const lineOf = ({ news, state, act, attempts, channel, channelKind, failure, ...times }: NewsEntry): NewsLine => {
  const { atMs, subject, text, severity, owner, kitId } = news;
  return {
    ...{ atMs, subject, text, severity, act, state, attempts, ...times },
    ...(owner === undefined ? {} : { owner }),
    ...(kitId === undefined ? {} : { kitId }),
    ...(channel === undefined ? {} : { channel }),
    ...(channelKind === undefined ? {} : { channelKind }),
    ...(failure === undefined ? {} : { failure, why: newsFailures[failure] }),
  };
};
