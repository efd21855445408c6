import { html, type Insert, type Markup } from './html.ts';
import type { Act } from './views.ts';

/** Where a view is shown: in a widget of a CloudWatch dashboard, or as a page of the local console. */
export type Surface =
  | {
      readonly kind: 'widget';
      readonly theme: 'light' | 'dark';
      /** The ARNs of the function that shows, and of the one that acts. */
      readonly showFunction: string;
      readonly actFunction: string;
    }
  | {
      readonly kind: 'page';
      /** What the page's server wants back in every form. */
      readonly token: string;
    };

/** What a link asks the console for. */
export type Ask = {
  readonly view: 'gateways' | 'gateway' | 'history' | 'act' | 'plan';
  readonly gatewayId?: string;
  readonly act?: Act;
  readonly kitId?: string;
  readonly execution?: string;
  readonly filter?: string;
  readonly state?: string;
  readonly page?: number;
};

const queryOf = (ask: Ask): string =>
  new URLSearchParams(
    Object.entries(ask).flatMap(([name, value]) => (value === '' ? [] : [[name, String(value)] as [string, string]])),
  ).toString();

/** A link to another view. */
export const link = (surface: Surface, ask: Ask, text: Insert, className = ''): Markup =>
  surface.kind === 'page'
    ? html`<a class="${className}" href="?${queryOf(ask)}">${text}</a>`
    : html`<a class="${className}" tabindex="0" role="link">${text}</a>${call(surface.showFunction, ask)}`;

const call = (endpoint: string, parameters: object): Markup =>
  html`<cwdb-action action="call" display="widget" endpoint="${endpoint}">${JSON.stringify(parameters)}</cwdb-action>`;

/** A button of a form: what it adds to the fields, and what a person is asked before. */
export type Button = {
  readonly text: string;
  readonly className: string;
  readonly adds?: { readonly name: string; readonly value: string };
  readonly confirmation?: string;
};

/** A form that acts. `hidden` is sent with what the person fills in; every button sends all of it. */
export const form = (
  surface: Surface,
  hidden: Readonly<Record<string, string>>,
  fields: Insert,
  buttons: readonly Button[],
): Markup =>
  surface.kind === 'page'
    ? html`<form method="post" action="?">${Object.entries({ ...hidden, token: surface.token }).map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
      )}${fields}<p class="buttons">${buttons.map(
        ({ text, className, adds, confirmation }) =>
          html`<button class="${className}" type="submit" name="${adds?.name ?? 'pressed'}" value="${adds?.value ?? '1'}" data-confirmation="${confirmation ?? ''}">${text}</button>`,
      )}</p></form>`
    : html`<form>${fields}<p class="buttons">${buttons.map(
        ({ text, className, adds, confirmation }) =>
          html`<a class="btn ${className}" tabindex="0" role="button">${text}</a><cwdb-action action="call" display="widget" endpoint="${surface.actFunction}"${confirmation ? html` confirmation="${confirmation}"` : undefined}>${JSON.stringify({ ...hidden, ...(adds ? { [adds.name]: adds.value } : {}), console: surface.showFunction })}</cwdb-action>`,
      )}</p></form>`;

/** A form that only asks, such as a filter. */
export const search = (surface: Surface, ask: Ask, fields: Insert, text: string): Markup =>
  surface.kind === 'page'
    ? html`<form method="get" action="?" role="search">${Object.entries(ask).map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${String(value)}">`,
      )}${fields}<button type="submit">${text}</button></form>`
    : html`<form role="search">${fields}<a class="btn" tabindex="0" role="button">${text}</a>${call(surface.showFunction, ask)}</form>`;
