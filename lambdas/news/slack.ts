import type { Message, Send } from './channel-kind.ts';
import { NotSent } from './not-sent.ts';
import { post, webhookUrlIn } from './post.ts';

/** Slack cuts texts at 40,000 characters; these stay far below also when each character is escaped. */
const longestText = 7_000;

/** The three characters that Slack's text gives a meaning ("Formatting text for app surfaces"): nobody is mentioned, and no link is made, by what others wrote. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const textOf = ({ news, link }: Message, deployment: string): string =>
  [
    `*${escaped(news.subject)}*`,
    escaped(news.text.slice(0, longestText)),
    ...(link ? [`<${escaped(link)}|Open the console> of ${escaped(deployment)}`] : []),
  ].join('\n');

/** Sends to an incoming webhook of Slack, which says `ok` when it took a message; any other 2xx is not its answer. */
export const sendToSlack: Send<'slack'> = async (channel, message, access) => {
  const url = webhookUrlIn(await access.readSecret(channel.secret), channel.host);
  const { text } = await post(access, url, JSON.stringify({ text: textOf(message, access.deployment) }));
  if (text.trim() !== 'ok') throw new NotSent('UNREADABLE_ANSWER');
};
