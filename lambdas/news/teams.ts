import type { Message, Send } from './channel-kind.ts';
import { post, webhookUrlIn } from './post.ts';

/** Teams takes messages of 28 KB ("Create incoming webhooks with Workflows"); a character may have four bytes. */
const longestText = 5_000;

/** Text runs, since in a TextBlock Teams reads Markdown, also in what others wrote (Adaptive Cards 1.2, RichTextBlock). */
const line = (text: string, more: object = {}): object => ({
  type: 'RichTextBlock',
  inlines: [{ type: 'TextRun', text: text === '' ? ' ' : text, ...more }],
});

const cardOf = ({ news, link }: Message, deployment: string): object => ({
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  type: 'AdaptiveCard',
  version: '1.4',
  msteams: { width: 'Full' },
  body: [
    line(news.subject, { weight: 'Bolder', size: 'Medium' }),
    ...news.text
      .slice(0, longestText)
      .split('\n')
      .map((text) => line(text)),
    line(deployment, { isSubtle: true, size: 'Small' }),
  ],
  ...(link ? { actions: [{ type: 'Action.OpenUrl', title: 'Open the console', url: link }] } : {}),
});

/** Sends an Adaptive Card to a webhook of Teams' Workflows, which answers 202 when it took it. */
export const sendToTeams: Send<'teams'> = async (channel, message, access) => {
  const url = webhookUrlIn(await access.readSecret(channel.secret), channel.host);
  const content = cardOf(message, access.deployment);
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  await post(access, url, JSON.stringify({ type: 'message', attachments: [attachment] }));
};
