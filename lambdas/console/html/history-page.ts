import { rotationWords, stepWord } from '../view/history-words.ts';
import { lengthOf, outcomeWords } from '../view/labels.ts';
import { type HistoryEntry, type HistoryStep, type HistoryView, stepLooks } from '../view/views.ts';
import { who } from './actor.ts';
import { commandFor } from './deployment.ts';
import { help } from './help.ts';
import { html, type Markup } from './html.ts';
import { badge, cell, pages, row, table, when } from './parts.ts';
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
  rotationId ? (trigger ? rotationWords[trigger] : 'Rotation') : stepWord(steps[0]?.kind ?? '');

/** The whole record of a gateway, page by page: what happened, who did it and when, each rotation with its steps and its evidence. */
export const historyHtml = (view: HistoryView, surface: Surface): Markup =>
  html`<nav aria-label="Where you are">${link(surface, { view: 'gateway', gatewayId: view.gatewayId }, `Gateway ${view.gatewayId}`)}</nav><div class="top"><h1>History of ${view.gatewayId}</h1></div><p>${help(surface, 'auditor')}</p>${
    view.entries.length === 0 ? html`<p class="soft">Nothing is recorded yet.</p>` : undefined
  }${view.entries.map((one) => entryHtml(one, view, surface))}${pages(surface, view.page, { view: 'history', gatewayId: view.gatewayId }, 'the history')}`;

const entryHtml = (one: HistoryEntry, { gatewayId, nowMs }: HistoryView, surface: Surface): Markup => {
  const { begun, outcome, rotationId, steps, endedAtMs } = one;
  const took = endedAtMs === undefined ? undefined : html`, took ${lengthOf(endedAtMs - begun.atMs)}`;
  return html`<section class="card"><div class="top"><h2>${nameOf(one)}</h2>${outcome ? badge(outcomeWords[outcome].tone, outcomeWords[outcome].word) : undefined}</div><p>${begun.reason}<br><span class="soft small">By ${who(begun.actor)}, ${when(begun.atMs, nowMs)}${took}</span></p>${
    rotationId
      ? html`${evidenceHtml(gatewayId, rotationId, surface)}<details><summary>${steps.length} steps</summary>${stepsTable(steps, nowMs)}<p class="soft small">Rotation <span class="id">${rotationId}</span></p></details>`
      : idsOf(steps)
  }</section>`;
};

/** What belongs to no rotation is one step, whose ids stand below it. */
const idsOf = ([step]: readonly HistoryStep[]): Markup | undefined =>
  step && html`<p class="soft small">${idLine(step)}</p>`;

const idLine = ({ revision, kind, credentialIds }: HistoryStep): Markup =>
  html`<span class="id">${[...credentialIds, `${kind} #${revision}`].join(', ')}</span>`;

/** The signed record of a rotation: a page serves the file; a dashboard cannot, and has the command that writes it. */
const evidenceHtml = (gatewayId: string, rotationId: string, surface: Surface): Markup => {
  const file = `evidence-${gatewayId}-${rotationId}.json`;
  const exported = commandFor(surface.deployment, 'evidence', rotationId, '--gateway', gatewayId, '--out', file);
  return surface.kind === 'page'
    ? html`<p><a class="button" href="evidence?${new URLSearchParams({ gatewayId, rotationId }).toString()}" download="${file}">Download the evidence<span class="hidden"> of ${rotationId}</span></a></p>`
    : html`<details><summary>Evidence<span class="hidden"> of ${rotationId}</span></summary><p>A dashboard cannot hand out a file. This command writes it, signed:</p><p><code class="command">${exported}</code></p></details>`;
};

const stepsTable = (steps: readonly HistoryStep[], nowMs: number): Markup =>
  table(
    'Every recorded step, in its order',
    ['What happened', 'When', 'Who', 'Why', 'Ids'],
    steps.map((one) =>
      row(
        html`${stepWord(one.kind)}${one.look && html` ${badge('warn', stepLooks[one.look].word)}`}`,
        cell('When', when(one.atMs, nowMs)),
        cell('Who', who(one.actor)),
        cell('Why', one.reason),
        cell('Ids', idLine(one)),
      ),
    ),
  );
