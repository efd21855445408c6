import { isDeepStrictEqual } from 'node:util';
import type { NewsSettings } from '../news/channel-schema.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';

type Needs = Pick<Dependencies, 'news'> & Pick<ClockAndLog, 'log'>;

/** Keeps by which channels people are told from now on, and gives a line for each difference; with `plan` it only reads. */
export const applyNews = async (
  { news: store, log }: Needs,
  wanted: NewsSettings,
  { plan }: { readonly plan: boolean },
): Promise<readonly string[]> => {
  const lines = differencesOf((await store.settings()) as NewsSettings | undefined, wanted);
  if (plan || lines.length === 0) return lines;
  await store.keepSettings(wanted);
  log('INFO', 'gateways.json was applied.', { kind: 'SET_NEWS' });
  return lines;
};

const nothing: NewsSettings = { channels: {}, news: [], owners: {} };

const differencesOf = (before: NewsSettings = nothing, wanted: NewsSettings): readonly string[] => {
  const names = [...new Set([...Object.keys(before.channels), ...Object.keys(wanted.channels)])].toSorted();
  const channels = names.flatMap((name) => {
    const [was, is] = [before.channels[name], wanted.channels[name]];
    if (isDeepStrictEqual(was, is)) return [];
    if (!is) return [`- channel ${name}: nobody is told by it any more`];
    return [`${was ? '~' : '+'} channel ${name}: ${is.kind}`];
  });
  const isSame = isDeepStrictEqual(before.news, wanted.news);
  const sameOwners = isDeepStrictEqual(before.owners, wanted.owners);
  return [
    ...channels,
    ...(isSame ? [] : [`~ news: ${wanted.news.length} entries say who is told what`]),
    ...(sameOwners ? [] : [`~ owners: principals act for ${Object.keys(wanted.owners).length}`]),
  ];
};
