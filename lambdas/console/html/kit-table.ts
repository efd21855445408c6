import { laggards } from '../../domain/kit-verdict.ts';
import { labelsText } from '../../domain/labels.ts';
import type { KeyLine } from '../../domain/own-keys.ts';
import { actWords, counted, keyEndText, keyTones, lateWords, manyWords, unseenText } from '../view/labels.ts';
import type { GatewayView, KitAct, KitRow } from '../view/views.ts';
import { html, type Markup } from './html.ts';
import { badge, cell, field, pages, row, table, when } from './parts.ts';
import { type Ask, link, type Surface, search } from './surface.ts';

/** The kits of a gateway, those first that hold it up; and who uses its credentials without being one. */
export const kitsHtml = (view: GatewayView, surface: Surface): Markup => {
  const { kits, gatewayId, filter } = view;
  const ask = { view: 'gateway', gatewayId, ...chosenIn(view) } as const;
  const known = view.targetId
    ? `${kits.updated} of ${counted(kits.total, 'kit')} with evidence for ${view.targetId}`
    : counted(kits.total, 'kit');
  const caption = `${known}${shownWords(view)}`;
  const isLong = kits.total > kits.page.pageSize || isChosen(view);
  return html`<section aria-labelledby="gcr-kits"><h2 id="gcr-kits">Kits</h2>${
    isLong
      ? search(
          surface,
          { ...ask, filter: '' },
          field('Name, kind, owner or label contains', 'filter', {
            type: 'search',
            value: filter,
            max: 64,
            isRequired: false,
          }),
          'Filter',
        )
      : undefined
  }${lateChips(view, surface)}${
    kits.rows.length === 0
      ? html`<p class="soft">${isChosen(view) ? 'No kit is like that.' : 'No kit is registered. An empty list is no proof that all have moved.'}</p>`
      : table(
          caption,
          ['Kit', 'Evidence', 'Last seen on', 'Waits for', 'Owner', ...(view.rotation ? ['Do'] : [])],
          kits.rows.map((one) => kitLine(one, view, surface)),
        )
  }${pages(surface, kits.page, ask, 'kits')}</section>${unregistered(view)}`;
};

/** Which kits were asked for, as the next link asks again. */
const chosenIn = ({ filter, labels, owner, late }: GatewayView): Partial<Ask> => ({
  filter,
  ...(labels ? { labels } : {}),
  ...(owner ? { owner } : {}),
  ...(late ? { late } : {}),
});

const isChosen = ({ filter, labels, owner, late }: GatewayView): boolean =>
  [filter, labels ?? '', owner ?? '', late ?? ''].some((one) => one !== '');

const shownWords = ({ filter, labels, owner, late }: GatewayView): string => {
  const words = [
    ...(late ? ['are late'] : []),
    ...(filter ? [`have "${filter}" in name, kind, owner or a label`] : []),
    ...(labels ? [`have ${labels.replaceAll(',', ', ')}`] : []),
    ...(owner ? [`are of ${owner}`] : []),
  ];
  return words.length === 0 ? '' : `; shown are those that ${words.join(' and ')}`;
};

/** All kits, or only the late ones; nothing to choose while none is late. */
const lateChips = (view: GatewayView, surface: Surface): Markup | undefined => {
  const { kits, gatewayId, late } = view;
  if (kits.attention === 0 && !late) return undefined;
  const { late: _, ...others } = chosenIn(view);
  const all: Ask = { view: 'gateway', gatewayId, ...others };
  return html`<ul class="chips" aria-label="Kits by lateness"><li class="${late ? '' : 'chosen'}">${link(surface, all, badge('quiet', `All ${kits.total}`))}</li><li class="${late ? 'chosen' : ''}">${link(surface, { ...all, late: 'only' }, badge('warn', `Only late ${kits.attention}`))}</li></ul>`;
};

const kitLine = (one: KitRow, { nowMs, gatewayId, rotation }: GatewayView, surface: Surface): Markup =>
  row(
    html`${one.kitId}<br><span class="soft small">${[one.kind, ...labelsOf(one)].join(' ')}</span>${one.ownKeys.map((key) => keyHtml(key, nowMs))}`,
    cell(
      'Evidence',
      one.reverted
        ? badge('danger', 'on a revoked one')
        : one.evidence
          ? html`${badge('good', one.evidence.kind)} ${when(one.evidence.atMs, nowMs)}`
          : one.late && badge(laggards[one.late].mayAcknowledge ? 'busy' : 'warn', lateWords[one.late]),
    ),
    cell(
      'Last seen on',
      one.lastSeen
        ? html`<span class="id">${one.lastSeen.credentialId}</span> ${when(one.lastSeen.atMs, nowMs)}`
        : html`<span class="soft">${unseenText(one.callsPingOne === true)}</span>`,
    ),
    cell('Waits for', one.waitsFor),
    cell('Owner', one.owner),
    ...(rotation ? [cell('Do', actsOf(one, gatewayId, surface))] : []),
  );

/** A key that ends in full; of any other only when that is. */
const keyHtml = (key: KeyLine, nowMs: number): Markup =>
  keyTones[key.standing] === 'quiet'
    ? html`<br><span class="soft small">key ends: ${keyEndText(key, nowMs)}</span>`
    : html`<br>${badge(keyTones[key.standing], `key ${key.standing === 'ENDED' ? 'ended' : 'ends'} ${keyEndText(key, nowMs)}`)}<br><span class="small">${key.text}</span>`;

const labelsOf = ({ labels }: KitRow): readonly string[] => (labels ? labelsText(labels).split(',') : []);

const actsOf = ({ kitId, acts, silent = [] }: KitRow, gatewayId: string, surface: Surface): Markup | undefined => {
  const asks: readonly (Ask & { readonly act: KitAct })[] = acts.flatMap((act) => {
    const ask = { view: 'act', gatewayId, act, kitId } as const;
    return act === 'retire-source' ? silent.map(({ source }) => ({ ...ask, source })) : [ask];
  });
  return asks.length === 0
    ? undefined
    : html`<ul class="plain">${asks.map(
        (ask) =>
          html`<li>${link(surface, ask, html`${actWords(ask.act).verb}${ask.source && ` ${ask.source}`}<span class="hidden"> ${kitId}</span>`)}</li>`,
      )}</ul>`;
};

const unregistered = ({ unregistered: found, moreUnregistered: more, nowMs }: GatewayView): Markup =>
  html`<section aria-labelledby="gcr-strangers"><h2 id="gcr-strangers">Unregistered sources</h2>${
    found.length === 0
      ? html`<p class="soft">None: every recorded use is by a registered kit.</p>`
      : table(
          'They use a live credential and no registered kit accounts for them; on an old credential they hold its revocation up',
          ['Address', 'Credential', 'Named kit', 'First used', 'Last used'],
          found.map((one) =>
            row(
              one.address,
              cell('Credential', html`<span class="id">${one.credentialId}</span>`),
              cell('Named kit', one.kitId ?? html`<span class="soft">${one.areMany ? 'not known' : 'none'}</span>`),
              cell('First used', when(one.firstUsedAtMs, nowMs)),
              cell('Last used', when(one.lastUsedAtMs, nowMs)),
            ),
          ),
        )
  }${more > 0 ? html`<p class="soft small">And ${counted(more, 'more source')}, used before those.</p>` : undefined}${
    found.some(({ areMany }) => areMany) ? html`<p class="soft small">${manyWords}</p>` : undefined
  }</section>`;
