import { codesOf } from '../../domain/codes.ts';
import { laggards } from '../../domain/kit-verdict.ts';
import { labelsText } from '../../domain/labels.ts';
import type { KeyLine } from '../../domain/own-keys.ts';
import { actWords, counted, keyEndText, keyTones, lateWords, manyWords, unseenText } from '../view/labels.ts';
import type { GatewayView, KitAct, KitRow } from '../view/views.ts';
import { failureHtml } from './failed-kits.ts';
import { help } from './help.ts';
import { html, type Markup } from './html.ts';
import { badge, cell, field, pages, row, table, when } from './parts.ts';
import { type Ask, link, type Surface, search } from './surface.ts';

/** The kits of a gateway, those first that hold it up. */
export const kitsHtml = (view: GatewayView, surface: Surface): Markup => {
  const { kits, gatewayId, filter } = view;
  const ask = { view: 'gateway', gatewayId, ...chosenIn(view), part: 'kits' } as const;
  const known = view.targetId
    ? `${kits.updated} of ${counted(kits.total, 'kit')} with evidence for ${view.targetId}`
    : counted(kits.total, 'kit');
  const caption = `${known}${shownWords(view)}`;
  const isLong = kits.total > kits.page.pageSize || isChosen(view);
  return html`${summary(view, surface)}${lateChips(view, surface)}${
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
  }${
    kits.rows.length === 0
      ? html`<p class="soft">${isChosen(view) ? 'No kit is like that.' : 'No kit is registered. An empty list is no proof that all have moved.'}</p>`
      : table(
          caption,
          ['Kit', 'Evidence', 'Last seen on', 'Waits for', 'Owner', ...(view.rotation ? ['Do'] : [])],
          kits.rows.map((one) => kitLine(one, view, surface)),
        )
  }${pages(surface, kits.page, ask, 'kits')}`;
};

/** Which kits were asked for, as the next link asks again. */
export const chosenIn = ({ filter, labels, owner, late }: GatewayView): Partial<Ask> => ({
  filter,
  ...(labels ? { labels } : {}),
  ...(owner ? { owner } : {}),
  ...(late ? { late } : {}),
});

const isChosen = ({ filter, labels, owner, late }: GatewayView): boolean =>
  [filter, labels ?? '', owner ?? '', late ?? ''].some((one) => one !== '');

const shownWords = ({ filter, labels, owner, late }: GatewayView): string => {
  const words = [
    ...(late ? [late === 'only' ? 'are late' : `are late: ${lateWords[late]}`] : []),
    ...(filter ? [`have "${filter}" in name, kind, owner or a label`] : []),
    ...(labels ? [`have ${labels.replaceAll(',', ', ')}`] : []),
    ...(owner ? [`are of ${owner}`] : []),
  ];
  return words.length === 0 ? '' : `; shown are those that ${words.join(' and ')}`;
};

/** How many have moved, how many are late and why; of a list that is longer than a page the one thing that everybody reads. */
const summary = ({ kits, targetId }: GatewayView, surface: Surface): Markup | undefined => {
  if (kits.total === 0 || !targetId) return undefined;
  const reasons = codesOf(laggards).flatMap((code) => {
    const count = kits.lateFor[code];
    return count ? [`${count} ${lateWords[code]}`] : [];
  });
  return html`<p>${badge(kits.updated === kits.total ? 'good' : 'busy', `${kits.updated} of ${counted(kits.total, 'kit')} moved`)}${
    reasons.length > 0
      ? html` ${badge('warn', `${kits.late} late`)} ${reasons.join(', ')}. ${help(surface, 'late')}`
      : undefined
  }</p>`;
};

/** All kits, only the late ones, or those that are late for one of several reasons; nothing to choose while none is late. */
const lateChips = (view: GatewayView, surface: Surface): Markup | undefined => {
  const { kits, gatewayId, late } = view;
  if (kits.attention === 0 && !late) return undefined;
  const { late: _, ...others } = chosenIn(view);
  const all: Ask = { view: 'gateway', gatewayId, ...others, part: 'kits' };
  const reasons = codesOf(laggards).filter((code) => (kits.lateFor[code] ?? 0) > 0);
  const isSplit = reasons.length > 1 || (late !== undefined && late !== 'only');
  return html`<ul class="chips" aria-label="Kits by lateness"><li class="${late ? '' : 'chosen'}">${link(surface, all, badge('quiet', `All ${kits.total}`))}</li><li class="${late === 'only' ? 'chosen' : ''}">${link(surface, { ...all, late: 'only' }, badge('warn', `Only late ${kits.attention}`))}</li>${
    isSplit
      ? reasons.map(
          (code) =>
            html`<li class="${late === code ? 'chosen' : ''}">${link(surface, { ...all, late: code }, badge(laggards[code].mayAcknowledge ? 'busy' : 'warn', `${capital(lateWords[code])} ${kits.lateFor[code]}`))}</li>`,
        )
      : undefined
  }</ul>`;
};

const capital = (word: string): string => word.replace(/^./, (first) => first.toUpperCase());

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
    cell('Waits for', one.failure && !one.reverted ? failureHtml(one.failure, nowMs) : one.waitsFor),
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
          html`<li>${link(
            surface,
            ask,
            html`${actWords(ask.act).verb}${ask.source && ` ${ask.source}`}<span class="hidden"> ${kitId}</span>`,
            ask.act === 'retry-kit' ? 'button' : 'link',
          )}</li>`,
      )}</ul>`;
};

/** Who uses the credentials of a gateway without being one of its kits. */
export const strangersHtml = ({ unregistered: found, moreUnregistered: more, nowMs }: GatewayView): Markup =>
  html`${
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
  }`;
