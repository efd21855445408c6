import { longestText } from '../../domain/text.ts';
import { fromNow, inFull, lengthOf, onTheClock, stageWords, stateWords, type Tone } from '../view/labels.ts';
import type { FilledIn } from '../view/outcome.ts';
import type { CredentialSummary, GatewayState, Page } from '../view/views.ts';
import { html, type Insert, type Markup } from './html.ts';
import { type Ask, link, type Surface } from './surface.ts';

const shapes: Readonly<Record<GatewayState, Markup>> = {
  COMPROMISED: html`<path d="M4.2 0.5h5.6l3.7 3.7v5.6l-3.7 3.7H4.2L0.5 9.8V4.2z" fill="currentColor"/>`,
  HELD: html`<path d="M2 1h3.6v12H2zM8.4 1H12v12H8.4z" fill="currentColor"/>`,
  VALUES_LOST: html`<path d="M2.5 6h9v7h-9z" stroke="currentColor" stroke-width="1.8" fill="none"/><path d="M4.5 6V4a2.5 2.5 0 0 1 5 0" stroke="currentColor" stroke-width="1.6" fill="none"/>`,
  BEHIND: html`<path d="M7 0.6L13.4 7L7 13.4L0.6 7z" fill="currentColor"/>`,
  LATE: html`<path d="M7 0.8L13.6 13H0.4z" fill="currentColor"/>`,
  FAILED: html`<path d="M2 2l10 10M12 2L2 12" stroke="currentColor" stroke-width="2.6" fill="none"/>`,
  SECRET_TROUBLE: html`<path d="M2.5 6h9v7h-9z" fill="currentColor"/><path d="M4.5 6V4a2.5 2.5 0 0 1 5 0v2" stroke="currentColor" stroke-width="1.6" fill="none"/>`,
  KEYS_ENDING: html`<circle cx="4" cy="4" r="2.8" stroke="currentColor" stroke-width="2" fill="none"/><path d="M6 6l7 7M9.4 9.4l2-2" stroke="currentColor" stroke-width="2" fill="none"/>`,
  ROTATING: html`<path d="M7 1.4a5.6 5.6 0 1 1-5.2 3.5" stroke="currentColor" stroke-width="2.4" fill="none"/><path d="M0 6.6L1.2 1.6L5.4 4.6z" fill="currentColor"/>`,
  NO_CREDENTIAL: html`<circle cx="7" cy="7" r="5.6" stroke="currentColor" stroke-width="2" stroke-dasharray="3 2.6" fill="none"/>`,
  AT_REST: html`<circle cx="7" cy="7" r="6" fill="currentColor"/>`,
  RETIRED: html`<path d="M1 7h12" stroke="currentColor" stroke-width="2.6"/>`,
};

const shape = (of: Markup): Markup =>
  html`<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">${of}</svg>`;

/** A state as word, colour and shape. */
export const stateBadge = (state: GatewayState, more: Insert = undefined): Markup =>
  html`<span class="badge ${stateWords[state].tone}">${shape(shapes[state])}${stateWords[state].word}${more}</span>`;

const toneShapes: Readonly<Record<Tone, Markup>> = {
  danger: shapes.FAILED,
  warn: shapes.LATE,
  busy: shapes.ROTATING,
  good: html`<path d="M1.5 7.4l3.8 3.8l7.2-8" stroke="currentColor" stroke-width="2.4" fill="none"/>`,
  quiet: shapes.RETIRED,
};

/** Any other word with a colour and a shape. */
export const badge = (tone: Tone, text: Insert): Markup =>
  html`<span class="badge ${tone}">${shape(toneShapes[tone])}${text}</span>`;

/** A time as seen from now and by the calendar, with its zone; to the second for who points at it and for programs. */
export const when = (atMs: number, nowMs: number): Markup => {
  const [day, ...time] = onTheClock(atMs, nowMs).split(' ');
  return html`<time class="when" datetime="${new Date(atMs).toISOString()}" title="${inFull(atMs)}"><span class="from">${fromNow(atMs, nowMs)}</span><span class="then">, </span><span class="at"><span class="day">${day}</span> ${time.join(' ')}</span></time>`;
};

/** A live credential by id, stage and age. */
export const credentialLine = (one: CredentialSummary, nowMs: number): Markup =>
  html`<span class="id">${one.credentialId}</span> <span class="soft">${
    one.isForeign ? 'not ours' : stageWords[one.stage]
  }, ${lengthOf(nowMs - one.createdAtMs)} old</span>${
    one.rejectAfterAtMs === undefined
      ? undefined
      : html` ${badge('danger', one.rejectAfterAtMs <= nowMs ? 'refused' : html`refused ${fromNow(one.rejectAfterAtMs, nowMs)}`)}`
  }`;

/** One cell of a table that becomes a stack of cards on a phone; an empty one is left out there. */
export const cell = (label: string, content: Insert): Markup => {
  const inside = html`${content}`;
  return inside.text === '' ? html`<td role="cell"></td>` : html`<td role="cell" data-label="${label}">${inside}</td>`;
};

/** A table with a caption and named columns; the first cell of each row is its heading. Roles are stated since cards lose them. */
export const table = (caption: Insert, columns: readonly string[], rows: readonly Markup[]): Markup =>
  html`<table class="stack" role="table"><caption>${caption}</caption><thead role="rowgroup"><tr role="row">${columns.map(
    (column) => html`<th scope="col" role="columnheader">${column}</th>`,
  )}</tr></thead><tbody role="rowgroup">${rows}</tbody></table>`;

/** One row of such a table. */
export const row = (heading: Insert, ...cells: readonly Markup[]): Markup =>
  html`<tr role="row"><th scope="row" role="rowheader">${heading}</th>${cells}</tr>`;

/** Where in a list this is, and the way to the pages beside it; nothing when there is one page. */
export const pages = (surface: Surface, { page, pages: count }: Page, ask: Ask, what: string): Markup | undefined =>
  count === 1
    ? undefined
    : html`<nav class="pages" aria-label="Pages of ${what}">${
        page > 1 ? link(surface, { ...ask, page: page - 1 }, 'Previous page') : undefined
      }<span>Page ${page} of ${count}</span>${
        page < count ? link(surface, { ...ask, page: page + 1 }, 'Next page') : undefined
      }</nav>`;

/** A field with its label; text that a person types. */
export const field = (
  label: Insert,
  name: string,
  options: {
    readonly type?: 'text' | 'search';
    readonly value?: string;
    readonly autocomplete?: string;
    readonly max: number;
    readonly isRequired?: boolean;
  },
): Markup =>
  html`<label>${label}<input type="${options.type ?? 'text'}" name="${name}" value="${options.value ?? ''}" maxlength="${options.max}" autocomplete="${options.autocomplete ?? 'off'}"${
    options.isRequired === false ? undefined : html` required`
  }></label>`;

/** The two fields that every act wants: who, and why. */
export const whoAndWhy = ({ actor, reason }: FilledIn): Markup =>
  html`${field('Your name', 'actor', { value: actor, max: longestText.actor, autocomplete: 'name' })}${field('Why', 'reason', { value: reason, max: longestText.reason })}`;
