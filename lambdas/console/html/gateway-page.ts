import { actWords, causeWords, counted, keyTones, stageWords, stateWords } from '../view/labels.ts';
import type { CredentialLife, GatewayView } from '../view/views.ts';
import { historyTable } from './history-page.ts';
import { html, type Markup } from './html.ts';
import { kitsHtml } from './kit-table.ts';
import { badge, cell, row, stateBadge, table, when } from './parts.ts';
import { nowHtml } from './rotation.ts';
import { link, type Surface } from './surface.ts';
import { timeline } from './timeline.ts';
import { usePicture } from './use-picture.ts';

/** One gateway: what is going on first, then the pictures, the kits, the record and what a person can do. */
export const gatewayHtml = (view: GatewayView, surface: Surface): Markup =>
  html`<nav aria-label="Where you are">${link(surface, { view: 'gateways' }, 'All gateways')}</nav><div class="top"><h1>${view.gatewayId}</h1>${stateBadge(view.state)}${link(
    surface,
    { view: 'act', gatewayId: view.gatewayId, act: 'compromise' },
    `${actWords('compromise').verb}…`,
    'emergency-open end',
  )}</div><p class="hidden" role="status">${announced(view)}</p>${secretHtml(view)}${keysHtml(view)}${nowHtml(view)}${acts(view, surface)}<section aria-labelledby="gcr-credentials"><h2 id="gcr-credentials">Credentials</h2>${
    view.credentials.length === 0 ? html`<p class="soft">None yet.</p>` : html`${timeline(view)}${lifetimes(view)}`
  }</section><section aria-labelledby="gcr-use"><h2 id="gcr-use">Use over time</h2>${usePicture(view)}</section>${kitsHtml(view, surface)}<section aria-labelledby="gcr-history"><h2 id="gcr-history">Past rotations</h2>${historyTable(
    view.history,
    'The last ten entries of the record',
    view.nowMs,
  )}<p>${link(surface, { view: 'history', gatewayId: view.gatewayId }, 'The whole record, step by step')}</p><p>${link(surface, { view: 'news', gatewayId: view.gatewayId }, 'What people were told')}</p></section>`;

/** How the secret differs from the record, before everything else: nothing goes on by itself until it is put right. */
const secretHtml = ({ secretTroubles }: GatewayView): Markup | undefined =>
  secretTroubles.length > 0
    ? html`<section aria-labelledby="gcr-secret"><h2 id="gcr-secret">The secret</h2><ul>${secretTroubles.map(
        ({ text }) => html`<li>${text}</li>`,
      )}</ul></section>`
    : undefined;

/** The keys with which kits and PingOne are reached: those that end before a rotation could in full, the others to be opened. */
const keysHtml = ({ ownKeys, nowMs }: GatewayView): Markup | undefined => {
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
  }${known}</section>`;
};

/** What a screen reader says when it changes. */
const announced = ({ gatewayId, state, rotation, kits }: GatewayView): string =>
  `${gatewayId}: ${stateWords[state].word}${rotation ? `, ${rotation.phase}, ${kits.updated} of ${counted(kits.total, 'kit')} moved` : ''}`;

/** What may be done now as buttons; what may not, with the reason. The emergency stands apart, at the top. */
const acts = ({ offers, gatewayId }: GatewayView, surface: Surface): Markup => {
  const usual = offers.filter(({ act }) => act !== 'compromise');
  const refused = usual.filter(({ isAllowed }) => !isAllowed);
  return html`<section aria-labelledby="gcr-acts"><h2 id="gcr-acts">What you can do</h2><p class="buttons">${usual
    .filter(({ isAllowed }) => isAllowed)
    .map(({ act }) => link(surface, { view: 'act', gatewayId, act }, `${actWords(act).verb}…`, 'button'))}</p>${
    refused.length > 0
      ? html`<details><summary>Not possible now</summary><dl>${refused.map(
          ({ act, why }) => html`<dt>${actWords(act).verb}</dt><dd>${why}</dd>`,
        )}</dl></details>`
      : undefined
  }</section>`;
};

/** The same facts as the picture, for who cannot see it. */
const lifetimes = ({ credentials, nowMs }: GatewayView): Markup => {
  const time = (atMs: number | undefined) => (atMs === undefined ? undefined : when(atMs, nowMs));
  const stateOf = (one: CredentialLife): string =>
    one.cause ? causeWords[one.cause] : one.stage ? `${stageWords[one.stage]}${one.isForeign ? ', not ours' : ''}` : '';
  return html`<details><summary>As a table</summary>${table(
    'The lifetimes of the credentials, oldest first',
    [
      'Credential',
      'State',
      'Created',
      'Accepted',
      'Current',
      'Retiring',
      'Quiet until',
      'Refused',
      'Revoked',
      'Seen refused',
    ],
    credentials.map((one) =>
      row(
        html`<span class="id">${one.credentialId}</span>`,
        cell('State', stateOf(one)),
        cell('Created', time(one.createdAtMs)),
        cell('Accepted', time(one.acceptedAtMs)),
        cell('Current', time(one.currentAtMs)),
        cell('Retiring', time(one.retiringAtMs)),
        cell('Quiet until', time(one.quietUntilAtMs)),
        cell('Refused', time(one.rejectAfterAtMs)),
        cell('Revoked', time(one.revokedAtMs)),
        cell('Seen refused', time(one.confirmedAtMs)),
      ),
    ),
  )}</details>`;
};
