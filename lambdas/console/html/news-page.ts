import { actWordsOfNews, newsStateWords } from '../view/labels.ts';
import type { NewsLine, NewsView } from '../view/views.ts';
import { help } from './help.ts';
import { html, type Markup } from './html.ts';
import { badge, cell, pages, row, table, when } from './parts.ts';
import { link, type Surface } from './surface.ts';

/** What people were told of a gateway, page by page: each message with to whom, by what, when, and what came of it. */
export const newsHtml = ({ gatewayId, entries, page, nowMs }: NewsView, surface: Surface): Markup =>
  html`<nav aria-label="Where you are">${link(surface, { view: 'gateway', gatewayId }, `Gateway ${gatewayId}`)}</nav><div class="top"><h1>News of ${gatewayId}</h1></div><p>${help(surface, 'news')}</p>${
    entries.length === 0
      ? html`<p class="soft">Nobody was told anything in the last ninety days.</p>`
      : table(
          'What people were told, newest first',
          ['What', 'To', 'By', 'When', 'Delivered'],
          entries.map((one) =>
            row(
              html`<details><summary>${one.subject}</summary><p class="said">${lines(one.text)}</p></details>`,
              cell('To', one.owner ?? 'operators'),
              cell(
                'By',
                one.channel
                  ? html`${one.channel} <span class="soft">${one.channelKind}${actWordsOfNews[one.act]}</span>`
                  : 'the topic only',
              ),
              cell('When', when(one.atMs, nowMs)),
              cell('Delivered', outcome(one, nowMs)),
            ),
          ),
        )
  }${pages(surface, page, { view: 'news', gatewayId }, 'the news')}`;

const lines = (text: string): readonly Markup[] => text.split('\n').map((line) => html`${line}<br>`);

const outcome = ({ state, attempts, why, nextAttemptAtMs }: NewsLine, nowMs: number): Markup => {
  const { tone, word } = newsStateWords[state];
  const tried =
    attempts > 1 || why
      ? html` <span class="soft small">${attempts} ${attempts === 1 ? 'try' : 'tries'}. ${why}</span>`
      : undefined;
  const next =
    state === 'WAITING' && nextAttemptAtMs !== undefined
      ? html` <span class="soft small">Next ${when(nextAttemptAtMs, nowMs)}.</span>`
      : undefined;
  return html`${badge(tone, word)}${tried}${next}`;
};
