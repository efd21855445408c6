import { actWords } from '../view/labels.ts';
import type { FilledIn, Outcome } from '../view/outcome.ts';
import type { Act, View } from '../view/views.ts';
import { deploymentHtml } from './deployment.ts';
import { actHtml } from './form-page.ts';
import { gatewayHtml } from './gateway-page.ts';
import { gatewaysHtml } from './gateways-page.ts';
import { historyHtml } from './history-page.ts';
import { html, type Markup } from './html.ts';
import { newsHtml } from './news-page.ts';
import { planHtml } from './plan-page.ts';
import { style } from './style.ts';
import { type Ask, addressOf, link, type Surface } from './surface.ts';

/** Where it is shown, the id that a form made now will carry, what was just done, and what a form that comes back had in it. */
export type Rendering = {
  readonly surface: Surface;
  readonly requestId: string;
  readonly outcome?: Outcome;
  readonly filledIn?: FilledIn;
};

/**
 * Everything within one element, whose class keeps the style to itself and turns off CloudWatch's own. A page reads the
 * answer to an act again where the view that follows is.
 */
const framed = (surface: Surface, content: Markup, nowMs?: number, follows?: Ask): string => {
  const theme = surface.kind === 'page' ? 'page' : surface.theme;
  const next = follows && surface.kind === 'page' ? html` data-next="${addressOf(follows)}"` : undefined;
  return `<style>${style}</style>${html`<div class="gcr cwdb-no-default-styles ${theme}"${next}>${deploymentHtml(surface.deployment, surface.kind === 'widget' ? nowMs : undefined)}${content}</div>`.text}`;
};

/** The view as one piece of HTML, styles included. A form that comes back is not read again: it would lose what is filled in. */
export const render = (view: View, { outcome, ...rendering }: Rendering): string =>
  framed(
    rendering.surface,
    html`${outcome ? outcomeHtml(outcome) : undefined}${content(view, rendering)}`,
    view.nowMs,
    outcome && view.view !== 'act' ? askFor(view) : undefined,
  );

const askFor = (view: View): Ask => ({
  view: view.view,
  ...('gatewayId' in view ? { gatewayId: view.gatewayId } : {}),
  ...('execution' in view ? { execution: view.execution } : {}),
});

const nothing: FilledIn = { actor: '', reason: '' };

const content = (view: View, { surface, requestId, filledIn = nothing }: Omit<Rendering, 'outcome'>): Markup => {
  switch (view.view) {
    case 'gateways':
      return gatewaysHtml(view, surface);
    case 'gateway':
      return gatewayHtml(view, surface);
    case 'history':
      return historyHtml(view, surface);
    case 'news':
      return newsHtml(view, surface);
    case 'act':
      return actHtml(view, surface, requestId, filledIn);
    case 'plan':
      return planHtml(view, surface);
  }
};

const tones = { DONE: 'good', UNCHANGED: 'busy', REFUSED: 'danger' } as const;
/** What is only decided by it is not said to be done: the old credential is still accepted. */
const decides: Readonly<Partial<Record<Act, string>>> = { compromise: 'pressed', force: 'recorded' };
const results = { DONE: 'done', UNCHANGED: 'nothing to do', REFUSED: 'refused' } as const;

const outcomeHtml = ({ act, result, message }: Outcome): Markup =>
  html`<p id="gcr-outcome" class="card ${tones[result]}" role="${result === 'REFUSED' ? 'alert' : 'status'}"><strong>${actWords(act).verb}: ${result === 'DONE' ? (decides[act] ?? results.DONE) : results[result]}.</strong> ${message}</p>`;

/** What is shown instead of a view that does not exist, or of an act that could not be read. */
export const renderRefusal = (message: string, surface: Surface): string =>
  framed(
    surface,
    html`<h1>That is not possible</h1><p class="card danger" role="alert">${message}</p><p>${link(surface, { view: 'gateways' }, 'All gateways')}</p>`,
  );
