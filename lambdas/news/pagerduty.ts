import * as z from 'zod';
import type { NewsSeverity } from '../domain/news.ts';
import type { Message, Send } from './channel-kind.ts';
import { NotSent } from './not-sent.ts';
import { post } from './post.ts';

/** What the Events API allows of a summary, and of a whole event (512 KB). */
const longestSummary = 1_024;
const longestText = 50_000;

const severities: Readonly<Record<NewsSeverity, 'info' | 'warning' | 'error' | 'critical'>> = {
  notice: 'info',
  instruction: 'info',
  reminder: 'warning',
  escalation: 'error',
  deadline: 'error',
  page: 'critical',
};
const eventActions = { tell: 'trigger', acknowledge: 'acknowledge', resolve: 'resolve' } as const;

const accepted = z.object({ status: z.literal('success'), dedup_key: z.string() });

/** One incident a thread of a gateway: what comes again while it is open is added to it (`dedup_key`). */
const dedupKeyOf = ({ news }: Message, deployment: string): string =>
  `${deployment}/${news.gatewayId}/${news.thread}`.slice(0, 255);

const payloadOf = ({ news, messageId }: Message, deployment: string): object => ({
  summary: news.subject.slice(0, longestSummary),
  source: `${deployment}/${news.gatewayId}`,
  severity: severities[news.severity],
  timestamp: new Date(news.atMs).toISOString(),
  component: news.kitId ?? news.gatewayId,
  group: news.gatewayId,
  class: news.thread,
  custom_details: {
    what_and_what_to_do: news.text.slice(0, longestText),
    message: messageId,
    ...(news.owner ? { owner: news.owner } : {}),
  },
});

/** Triggers, acknowledges or resolves an incident by the Events API v2; 202 with the same `dedup_key` says that it was taken. */
export const sendToPagerDuty: Send<'pagerduty'> = async (channel, message, access) => {
  const routing_key = (await access.readSecret(channel.secret)).trim();
  if (!/^[A-Za-z0-9]{32}$/.test(routing_key)) throw new NotSent('SECRET_UNUSABLE');
  const dedup_key = dedupKeyOf(message, access.deployment);
  const { act, link } = message;
  const event = {
    ...{ routing_key, event_action: eventActions[act], dedup_key },
    ...(act === 'tell'
      ? {
          payload: payloadOf(message, access.deployment),
          client: 'Gateway Credential Rotation',
          ...(link ? { client_url: link, links: [{ href: link, text: 'The gateway in the console' }] } : {}),
        }
      : {}),
  };
  const { text } = await post(access, channel.url, JSON.stringify(event));
  const answer = accepted.safeParse(jsonIn(text));
  if (!answer.success || answer.data.dedup_key !== dedup_key) throw new NotSent('UNREADABLE_ANSWER');
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
