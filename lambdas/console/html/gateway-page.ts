import { actWords, counted, stateWords } from '../view/labels.ts';
import { type GatewayView, type Part, parts } from '../view/views.ts';
import { failedHtml } from './failed-kits.ts';
import { keysHtml, secretHtml } from './gateway-troubles.ts';
import { help } from './help.ts';
import { historyTable } from './history-page.ts';
import { html, type Insert, type Markup } from './html.ts';
import { chosenIn, kitsHtml, strangersHtml } from './kit-table.ts';
import { lifetimes } from './lifetimes-table.ts';
import { stateBadge } from './parts.ts';
import { nowHtml } from './rotation.ts';
import { anchorOf, link, type Surface } from './surface.ts';
import { timeline } from './timeline.ts';
import { usePicture } from './use-picture.ts';

/** One gateway: what failed and what is going on first, then what a person can do, the pictures, the kits and the record; or one part of it. */
export const gatewayHtml = (view: GatewayView, surface: Surface): Markup => {
  const { gatewayId, state, part } = view;
  const shown = part ? [part] : parts;
  return html`<nav aria-label="Where you are">${link(surface, { view: 'gateways' }, 'All gateways')}</nav><div class="top"><h1>${gatewayId}</h1>${stateBadge(state)}${link(
    surface,
    { view: 'act', gatewayId, act: 'compromise' },
    `${actWords('compromise').verb}…`,
    'emergency-open end',
  )}</div><p class="hidden" role="status">${announced(view)}</p>${jumps(view, surface)}${
    part ? undefined : html`${secretHtml(view)}${keysHtml(view, surface)}`
  }${shown.map((one) => sections[one](view, surface))}`;
};

/** A part of the page under its heading. */
const section = (part: Part, title: string, content: Insert): Markup =>
  html`<section aria-labelledby="${anchorOf(part)}"><h2 id="${anchorOf(part)}">${title}</h2>${content}</section>`;

const sections: Readonly<Record<Part, (view: GatewayView, surface: Surface) => Markup>> = {
  now: (view, surface) => html`${failedHtml(view, surface)}${section('now', 'Now', nowHtml(view, surface))}`,
  acts: (view, surface) => section('acts', 'What you can do', acts(view, surface)),
  credentials: (view) =>
    section(
      'credentials',
      'Credentials',
      view.credentials.length === 0 ? html`<p class="soft">None yet.</p>` : html`${timeline(view)}${lifetimes(view)}`,
    ),
  use: (view) => section('use', 'Use over time', usePicture(view)),
  kits: (view, surface) => section('kits', 'Kits', kitsHtml(view, surface)),
  strangers: (view) => section('strangers', 'Unregistered sources', strangersHtml(view)),
  history: (view, surface) => section('history', 'Past rotations', history(view, surface)),
};

/** Where each part begins, and in a few words what is there. */
const jumps = (view: GatewayView, surface: Surface): Markup => {
  const { gatewayId, kits, part } = view;
  const failed = kits.lateFor.DISTRIBUTION_FAILED ?? 0;
  const strangers = view.unregistered.length + view.moreUnregistered;
  const names: Readonly<Record<Part, string>> = {
    now: failed > 0 ? `Now (${failed} failed)` : 'Now',
    acts: 'What you can do',
    credentials: 'Credentials',
    use: 'Use',
    kits: kits.attention > 0 ? `${counted(kits.total, 'kit')} (${kits.attention} late)` : counted(kits.total, 'kit'),
    strangers: counted(strangers, 'unregistered source'),
    history: 'Past rotations',
  };
  const ask = { view: 'gateway', gatewayId, ...chosenIn(view) } as const;
  return html`<nav aria-label="On this page"><ul class="jumps">${part ? html`<li>${link(surface, ask, 'Everything')}</li>` : undefined}${parts.map(
    (one) =>
      html`<li>${
        surface.kind === 'page' && !part
          ? html`<a class="link" href="#${one === 'now' && failed > 0 ? 'gcr-failed' : anchorOf(one)}">${names[one]}</a>`
          : link(surface, { ...ask, part: one }, names[one])
      }</li>`,
  )}</ul></nav>`;
};

const history = (view: GatewayView, surface: Surface): Markup => {
  const { gatewayId, nowMs } = view;
  return html`${historyTable(view.history, 'The last ten entries of the record', nowMs)}<p>${link(surface, { view: 'history', gatewayId }, 'The whole record, step by step, with its evidence')}</p><p>${link(surface, { view: 'news', gatewayId }, 'What people were told')}</p>`;
};

/** What a screen reader says when it changes. */
const announced = ({ gatewayId, state, rotation, kits }: GatewayView): string =>
  `${gatewayId}: ${stateWords[state].word}${rotation ? `, ${rotation.phase}, ${kits.updated} of ${counted(kits.total, 'kit')} moved` : ''}`;

/** What may be done now as buttons; what may not, with the reason. The emergency stands apart, at the top. */
const acts = ({ offers, gatewayId }: GatewayView, surface: Surface): Markup => {
  const usual = offers.filter(({ act }) => act !== 'compromise');
  const refused = usual.filter(({ isAllowed }) => !isAllowed);
  return html`<p class="buttons">${usual
    .filter(({ isAllowed }) => isAllowed)
    .map(({ act }) => link(surface, { view: 'act', gatewayId, act }, `${actWords(act).verb}…`, 'button'))}</p>${
    refused.length > 0
      ? html`<details><summary>Not possible now</summary><dl>${refused.map(
          ({ act, why }) => html`<dt>${actWords(act).verb}</dt><dd>${why}</dd>`,
        )}</dl></details>`
      : undefined
  }<p class="after">${help(surface, 'decide')}</p>`;
};
