import { inFull, lengthOf, outcomeWords } from '../view/labels.ts';
import { type HistoryEntry, type HistoryStep, type HistoryView, stepLooks } from '../view/views.ts';
import { html, type Markup } from './html.ts';
import { badge, cell, pages, row, table, when, who } from './parts.ts';
import { link, type Surface } from './surface.ts';

/** Past rotations with who and why, in one line each. */
export const historyTable = (entries: readonly HistoryEntry[], caption: string, nowMs: number): Markup =>
  entries.length === 0
    ? html`<p class="soft">Nothing is recorded yet.</p>`
    : table(
        caption,
        ['What', 'Outcome', 'Begun', 'Took', 'Why', 'Who'],
        entries.map((one) =>
          row(
            nameOf(one),
            cell('Outcome', one.outcome && badge(outcomeWords[one.outcome].tone, outcomeWords[one.outcome].word)),
            cell('Begun', when(one.begun.atMs, nowMs)),
            cell('Took', one.endedAtMs === undefined ? undefined : lengthOf(one.endedAtMs - one.begun.atMs)),
            cell('Why', one.begun.reason),
            cell('Who', who(one.begun.actor)),
          ),
        ),
      );

const nameOf = ({ rotationId, trigger, steps }: HistoryEntry): string =>
  rotationId ? `${trigger ?? ''} rotation` : (steps[0]?.kind ?? '');

/** The whole record of a gateway, page by page: each rotation with every step of it. */
export const historyHtml = (view: HistoryView, surface: Surface): Markup =>
  html`<nav aria-label="Where you are">${link(surface, { view: 'gateway', gatewayId: view.gatewayId }, `Gateway ${view.gatewayId}`)}</nav><div class="top"><h1>History of ${view.gatewayId}</h1></div>${view.entries.map(
    (one) =>
      html`<section class="card"><div class="top"><h2>${nameOf(one)}</h2>${one.outcome ? badge(outcomeWords[one.outcome].tone, outcomeWords[one.outcome].word) : undefined}</div><p>${one.begun.reason}<br><span class="soft small">${who(one.begun.actor)}, ${inFull(one.begun.atMs)}${one.rotationId ? `, ${one.rotationId}` : ''}</span></p>${
        one.rotationId
          ? html`<details><summary>${one.steps.length} steps</summary>${stepsTable(one.steps)}</details>`
          : undefined
      }</section>`,
  )}${pages(surface, view.page, { view: 'history', gatewayId: view.gatewayId }, 'the history')}`;

const stepsTable = (steps: readonly HistoryStep[]): Markup =>
  table(
    'Every recorded step, in its order',
    ['Step', 'When', 'Who', 'Why', 'Credentials'],
    steps.map((one) =>
      row(
        html`${one.kind}${one.look && html` ${badge('warn', stepLooks[one.look].word)}`}`,
        cell('When', inFull(one.atMs)),
        cell('Who', who(one.actor)),
        cell('Why', one.reason),
        cell(
          'Credentials',
          one.credentialIds.length > 0 ? html`<span class="id">${one.credentialIds.join(', ')}</span>` : undefined,
        ),
      ),
    ),
  );
