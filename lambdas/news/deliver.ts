import { digestOf } from '../domain/digest.ts';
import { KitCallFailed } from '../domain/kit-call-failed.ts';
import { attempted, delivered, expired, type NewsEntry, type NewsFailure, notDelivered } from '../domain/news.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { countMetric } from '../runtime/log.ts';
import { TookTooLong, withinMs } from '../runtime/time-limit.ts';
import type { ChannelAccess } from './channel-kind.ts';
import type { NewsSettings } from './channel-schema.ts';
import { NotSent } from './not-sent.ts';
import { send } from './send.ts';

/** What sending takes. */
export type SendNeeds = Pick<Dependencies, 'news' | 'channelSecret' | 'kitReach' | 'deployment' | 'consoleUrl'> &
  ClockAndLog;

/** How long one message may take. */
const sendForMs = 15_000;

/**
 * Tries one message that waits, and keeps what came of it. The try is written down first, under the condition that nobody else
 * tries, so that whoever dies at it leaves it to be tried again with the same id. Gives it as it is then; `undefined` when
 * somebody else has it. What has waited for a day is given up untried.
 */
export const deliver = async (
  needs: SendNeeds,
  settings: NewsSettings,
  entry: NewsEntry,
): Promise<NewsEntry | undefined> => {
  const { news, now } = needs;
  const old = expired(entry, now());
  if (old) {
    if (await news.replace(entry, old)) noteFailure(needs, old);
    return old;
  }
  const trying = attempted(entry, now());
  if (!(await news.replace(entry, trying))) return undefined;
  const after = await tried(needs, settings, trying);
  await news.replace(trying, after);
  if (after.state !== 'DELIVERED') noteFailure(needs, after);
  return after;
};

const tried = async (needs: SendNeeds, settings: NewsSettings, entry: NewsEntry): Promise<NewsEntry> => {
  try {
    await withinMs(sendForMs, (signal) => sendEntry(needs, settings, entry, signal));
    return delivered(entry);
  } catch (error) {
    return notDelivered(entry, meaningOf(error), needs.now());
  }
};

const sendEntry = async (
  needs: SendNeeds,
  { channels }: NewsSettings,
  { news, act, channel: name = '' }: NewsEntry,
  signal: AbortSignal,
): Promise<void> => {
  const channel = Object.hasOwn(channels, name) ? channels[name] : undefined;
  if (!channel) throw new NotSent('CHANNEL_GONE', { isFinal: true });
  const { kitReach, channelSecret, deployment, consoleUrl } = needs;
  const { hosts, fetch, addressesOf } = kitReach;
  const readSecret: ChannelAccess['readSecret'] = (secretId) => channelSecret(name, secretId, signal);
  const link = consoleUrl === undefined ? undefined : consoleUrl.replace('{gatewayId}', news.gatewayId);
  const messageId = `news_${digestOf(`${news.newsId} ${name} ${act}`).slice(0, 32)}`;
  await send(
    channel,
    { news, act, messageId, link },
    { hosts, fetch, addressesOf, readSecret, deployment, nowMs: needs.now, signal },
  );
};

const meaningOf = (error: unknown): Parameters<typeof notDelivered>[1] => {
  if (error instanceof NotSent)
    return { failure: error.failure, isFinal: error.isFinal, retryAfterMs: error.retryAfterMs };
  return { failure: failureOf(error), isFinal: false };
};

const failureOf = (error: unknown): NewsFailure => {
  if (error instanceof TookTooLong) return 'TIMEOUT';
  if (error instanceof KitCallFailed)
    return error.problem === 'NOT_GIVEN' || error.problem === 'ACCESS_DENIED' ? 'SECRET_NOT_GIVEN' : 'NO_CONNECTION';
  return 'UNREADABLE_ANSWER';
};

const noteFailure = ({ log }: ClockAndLog, { news, channel = '', state, failure }: NewsEntry): void => {
  const { gatewayId } = news;
  const fields = { gatewayId, kind: channel, ...(failure ? { code: failure } : {}) };
  log(
    state === 'DEAD' ? 'ERROR' : 'WARN',
    state === 'DEAD' ? 'News were given up.' : 'News were not delivered.',
    fields,
  );
  if (state === 'DEAD') countMetric(log, 'NewsGivenUp', { gatewayId });
};
