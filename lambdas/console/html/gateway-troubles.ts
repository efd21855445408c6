import { counted, keyTones } from '../view/labels.ts';
import type { GatewayView } from '../view/views.ts';
import { help } from './help.ts';
import { html, type Markup } from './html.ts';
import { badge, when } from './parts.ts';
import type { Surface } from './surface.ts';

/** How the secret differs from the record, before everything else: nothing goes on by itself until it is put right. */
export const secretHtml = ({ secretTroubles }: GatewayView): Markup | undefined =>
  secretTroubles.length > 0
    ? html`<section aria-labelledby="gcr-secret"><h2 id="gcr-secret">The secret</h2><ul>${secretTroubles.map(
        ({ text }) => html`<li>${text}</li>`,
      )}</ul></section>`
    : undefined;

/** The keys with which kits and PingOne are reached: those that end before a rotation could in full, the others to be opened. */
export const keysHtml = ({ ownKeys, nowMs }: GatewayView, surface: Surface): Markup | undefined => {
  if (!ownKeys || ownKeys.total === 0) return undefined;
  const { lines, total, ending, isWhole, lookedAtMs } = ownKeys;
  const loud = lines.filter(({ standing }) => keyTones[standing] !== 'quiet');
  const others = lines.filter(({ standing }) => keyTones[standing] === 'quiet');
  const more = total - lines.length;
  const known = html`<p class="soft small">Looked at ${when(lookedAtMs, nowMs)}${isWhole ? undefined : '; not all of them yet'}.${more > 0 ? ` ${more} more are not shown here; the kits show theirs.` : undefined}</p>`;
  return html`<section aria-labelledby="gcr-keys"><h2 id="gcr-keys">Keys to kits</h2>${
    loud.length > 0
      ? html`<div class="card warn"><p>${badge('warn', counted(ending, 'key'))} ${ending === 1 ? 'ends' : 'end'} before a rotation could.</p><ul>${loud.map(({ text }) => html`<li>${text}</li>`)}</ul></div>`
      : undefined
  }${
    others.length > 0
      ? html`<details><summary>${loud.length > 0 ? 'The others' : `${counted(total, 'key')}, none known to end soon`}</summary><ul>${others.map(({ text }) => html`<li>${text}</li>`)}</ul></details>`
      : undefined
  }${known}${loud.length > 0 ? html`<p>${help(surface, 'keys')}</p>` : undefined}</section>`;
};
