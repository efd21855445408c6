import { labelsText } from '../../domain/labels.ts';
import { rotationWords } from '../view/history-words.ts';
import { counted, lateWords } from '../view/labels.ts';
import { type GatewayRow, type GatewaysView, gatewayStates } from '../view/views.ts';
import { commandFor } from './deployment.ts';
import { help } from './help.ts';
import { html, type Markup } from './html.ts';
import { badge, cell, credentialLine, field, pages, row, stateBadge, table, when } from './parts.ts';
import { type Ask, link, type Surface, search } from './surface.ts';

/** All gateways: how many are in which state, and the page of the list that was asked for. */
export const gatewaysHtml = (view: GatewaysView, surface: Surface): Markup => {
  const chosen = { ...(view.labels ? { labels: view.labels } : {}), ...(view.state ? { state: view.state } : {}) };
  const ask: Ask = { view: 'gateways', filter: view.filter, ...chosen };
  const { page } = view;
  if (Object.keys(view.counts).length === 0) return nothingYet(surface);
  const caption = `${counted(page.total, 'gateway')}${view.filter ? ` with "${view.filter}" in the name or a label` : ''}${view.labels ? ` with ${view.labels.replaceAll(',', ', ')}` : ''}, those first that need a person`;
  return html`<div class="top"><h1>Gateways</h1></div><p>A credential in the wrong hands? Press <strong>Compromised…</strong> beside its gateway. ${help(surface, 'emergency')} · ${help(surface, 'states')}</p>${chips(view, surface)}${search(
    surface,
    { view: 'gateways', ...chosen },
    field('Name or label contains', 'filter', { type: 'search', value: view.filter, max: 64, isRequired: false }),
    'Filter',
  )}${
    view.rows.length === 0
      ? html`<p class="soft">No gateway is like that. ${link(surface, { view: 'gateways' }, 'Show all of them')}</p>`
      : table(
          caption,
          ['Gateway', 'State', 'Live credentials', 'Rotation', 'Holds it up', 'Emergency'],
          view.rows.map((one) => gatewayLine(one, view.nowMs, surface)),
        )
  }${pages(surface, page, ask, 'gateways')}`;
};

/** A deployment without gateways: what it is for, and the commands that come next. */
const nothingYet = (surface: Surface): Markup => {
  const command = (...args: readonly string[]): Markup =>
    html`<code class="command">${commandFor(surface.deployment, ...args)}</code>`;
  return html`<div class="top"><h1>Gateways</h1></div><section class="card" aria-labelledby="gcr-next"><h2 id="gcr-next">No gateway is registered yet. What to do next</h2><ol class="next"><li>Write a gateway and its kits into <code>gateways.json</code>. ${help(surface, 'gateway')}<br>Kits that you have at PingOne, Kong or Apigee are read from there: <code>npx gateway-credentials import --help</code></li><li>See what would be done; nothing is changed: ${command('apply', 'gateways.json', '--plan')}</li><li>Apply it: ${command('apply', 'gateways.json')}</li><li>Each gateway then gets its first credential by itself, and its kits are given it. Come back here to see it happen.</li></ol></section>`;
};

const chips = ({ counts, filter, labels = '', state }: GatewaysView, surface: Surface): Markup => {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const found = gatewayStates.filter((one) => (counts[one] ?? 0) > 0);
  return html`<ul class="chips" aria-label="Gateways by state"><li class="${state ? '' : 'chosen'}">${link(surface, { view: 'gateways', filter, labels }, badge('quiet', `All ${total}`))}</li>${found.map(
    (one) =>
      html`<li class="${one === state ? 'chosen' : ''}">${link(surface, { view: 'gateways', filter, labels, state: one }, stateBadge(one, ` ${counts[one]}`))}</li>`,
  )}</ul>`;
};

const gatewayLine = (one: GatewayRow, nowMs: number, surface: Surface): Markup => {
  const { rotation, worstLaggard } = one;
  const progress = rotation?.progress;
  const next =
    one.nextScheduledAtMs === undefined
      ? undefined
      : html`<span class="soft">next by schedule ${when(one.nextScheduledAtMs, nowMs)}</span>`;
  return row(
    html`${link(surface, { view: 'gateway', gatewayId: one.gatewayId }, one.gatewayId)}${labelLinks(one, surface)}`,
    cell('State', stateBadge(one.state)),
    cell(
      'Live credentials',
      one.credentials.length === 0
        ? undefined
        : html`<ul class="plain">${one.credentials.map((credential) => html`<li>${credentialLine(credential, nowMs)}</li>`)}</ul>`,
    ),
    cell(
      'Rotation',
      html`${
        rotation &&
        html`${rotationWords[rotation.trigger]}: <strong>${rotation.phase}</strong>${progress ? html`, ${progress.updated} of ${counted(progress.kits, 'kit')} moved` : undefined}<br><span class="soft">begun ${when(rotation.begun.atMs, nowMs)}</span><br><span class="soft">deadline ${when(rotation.deadlineAtMs, nowMs)}</span>${next && html`<br>`}`
      }${next}`,
    ),
    cell(
      'Holds it up',
      worstLaggard &&
        html`${worstLaggard.kitId}: ${lateWords[worstLaggard.code]}<br><span class="soft">${worstLaggard.owner}</span>`,
    ),
    cell(
      'Emergency',
      one.credentials.length === 0
        ? undefined
        : link(
            surface,
            { view: 'act', gatewayId: one.gatewayId, act: 'compromise' },
            html`Compromised…<span class="hidden"> ${one.gatewayId}</span>`,
            'emergency-open',
          ),
    ),
  );
};

/** The labels of a gateway; each leads to all that have it. */
const labelLinks = ({ labels }: GatewayRow, surface: Surface): Markup | undefined =>
  labels
    ? html`<ul class="plain small">${labelsText(labels)
        .split(',')
        .map((label) => html`<li>${link(surface, { view: 'gateways', labels: label }, label)}</li>`)}</ul>`
    : undefined;
