import type { Act, Late, Part } from '../view/views.ts';
import type { Deployment } from './deployment.ts';
import { html, type Insert, type Markup } from './html.ts';

/** Where a view is shown: in a widget of a CloudWatch dashboard, or as a page of the local console; and of which deployment. */
export type Surface = { readonly deployment: Deployment } & (
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
    }
);

/** What a link asks the console for. */
export type Ask = {
  readonly view: 'gateways' | 'gateway' | 'history' | 'news' | 'act' | 'plan';
  readonly gatewayId?: string;
  readonly act?: Act;
  readonly kitId?: string;
  readonly credentialIds?: string;
  readonly source?: string;
  readonly execution?: string;
  readonly filter?: string;
  readonly labels?: string;
  readonly owner?: string;
  readonly late?: Late;
  readonly state?: string;
  readonly page?: number;
  /** A part of the gateway's page: a page leads to it, a widget, where no address may change, shows it alone. */
  readonly part?: Part;
};

/** What a call of a widget carries is what the query of a page does. */
const given = (ask: Ask): readonly [string, string | number][] =>
  Object.entries(ask).filter(([, value]) => value !== '' && value !== undefined);

const withoutPart = ({ part: _, ...ask }: Ask): Ask => ask;

const queryOf = (ask: Ask): string =>
  new URLSearchParams(
    given(withoutPart(ask)).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();

/** What a part is called where a page leads to it. */
export const anchorOf = (part: Part): string => `gcr-${part}`;

/** Where a page shows the view. */
export const addressOf = (ask: Ask): string => `?${queryOf(ask)}${ask.part ? `#${anchorOf(ask.part)}` : ''}`;

/** CloudWatch's own element: it makes the element before it call a function, and shows the answer in the widget. */
const calls = (endpoint: string, parameters: object, confirmation?: string): Markup =>
  html`<cwdb-action action="call" display="widget" event="click" endpoint="${endpoint}"${
    confirmation ? html` confirmation="${confirmation}"` : undefined
  }>${JSON.stringify(parameters)}</cwdb-action>`;

/** A link to another view. */
export const link = (surface: Surface, ask: Ask, text: Insert, className = 'link'): Markup =>
  surface.kind === 'page'
    ? html`<a class="${className}" href="${addressOf(ask)}">${text}</a>`
    : html`<button type="button" class="${className}">${text}</button>${calls(surface.showFunction, Object.fromEntries(given(ask)))}`;

/** A button of a form: what it adds to the fields, and what a person is asked before it is sent. */
export type Button = {
  readonly text: string;
  readonly className: string;
  readonly adds?: { readonly name: string; readonly value: string };
  readonly confirmation?: string;
};

const hiddenFields = (fields: Readonly<Record<string, string>>): readonly Markup[] =>
  Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);

/** A form that acts. `hidden` is sent with what the person fills in; every button sends all of it. */
export const form = (
  surface: Surface,
  hidden: Readonly<Record<string, string>>,
  fields: Insert,
  buttons: readonly Button[],
): Markup =>
  surface.kind === 'page'
    ? html`<form method="post" action="?">${hiddenFields({ ...hidden, token: surface.token })}${fields}<p class="buttons">${buttons.map(
        ({ text, className, adds, confirmation }) =>
          html`<button type="submit" class="${className}"${adds ? html` name="${adds.name}" value="${adds.value}"` : undefined}${
            confirmation ? html` data-confirmation="${confirmation}"` : undefined
          }>${text}</button>`,
      )}</p></form>`
    : html`<form>${fields}<p class="buttons">${buttons.map(
        ({ text, className, adds, confirmation }) =>
          html`<button type="button" class="${className}">${text}</button>${calls(
            surface.actFunction,
            { ...hidden, ...(adds ? { [adds.name]: adds.value } : {}), console: surface.showFunction },
            confirmation,
          )}`,
      )}</p></form>`;

/** A form that only asks, such as a filter. */
export const search = (surface: Surface, ask: Ask, fields: Insert, text: string): Markup =>
  surface.kind === 'page'
    ? html`<form method="get" action="?${ask.part ? `#${anchorOf(ask.part)}` : undefined}" role="search" class="search">${hiddenFields(
        Object.fromEntries(given(withoutPart(ask)).map(([name, value]) => [name, String(value)])),
      )}${fields}<button type="submit" class="button">${text}</button></form>`
    : html`<form role="search" class="search">${fields}<button type="button" class="button">${text}</button>${calls(
        surface.showFunction,
        Object.fromEntries(given(ask)),
      )}</form>`;
