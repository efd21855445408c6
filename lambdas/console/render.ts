import { html } from './html.ts';
import type { Outcome } from './outcome.ts';
import { link, type Surface } from './surface.ts';
import type { View } from './views.ts';

/** Where it is shown, the id that a form made now will carry, and what was just done. */
export type Rendering = { readonly surface: Surface; readonly requestId: string; readonly outcome?: Outcome };

/** The view as one piece of HTML, styles included. */
export const render = (view: View, { surface, outcome }: Rendering): string =>
  html`<div class="gcr cwdb-no-default-styles">${outcome ? html`<p role="status">${outcome.message}</p>` : undefined}<h1>${view.view}</h1>${link(surface, { view: 'gateways' }, 'All gateways')}</div>`
    .text;

/** What is shown instead of a view that does not exist, or of an act that could not be read. */
export const renderRefusal = (message: string, surface: Surface): string =>
  html`<div class="gcr cwdb-no-default-styles"><p role="alert">${message}</p>${link(surface, { view: 'gateways' }, 'All gateways')}</div>`
    .text;
