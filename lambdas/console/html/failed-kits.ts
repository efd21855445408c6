import { laggards } from '../../domain/kit-verdict.ts';
import { actWords, counted } from '../view/labels.ts';
import type { GatewayView, KitRow } from '../view/views.ts';
import { help } from './help.ts';
import { html, type Markup } from './html.ts';
import { when } from './parts.ts';
import { link, type Surface } from './surface.ts';

/** The kits that could not be given the credential: what failed, what to do, and the way to try again. Nothing when none did. */
export const failedHtml = (view: GatewayView, surface: Surface): Markup | undefined => {
  const { kits, gatewayId, rotation } = view;
  const total = kits.lateFor.DISTRIBUTION_FAILED ?? 0;
  if (total === 0) return undefined;
  const more = total - kits.failed.length;
  return html`<section class="card danger" aria-labelledby="gcr-failed"><h2 id="gcr-failed">What failed</h2><p>${counted(total, 'kit')} could not be given the credential. ${laggards.DISTRIBUTION_FAILED.todo}</p><ul class="plain failed">${kits.failed.map((one) => failedLine(one, view, surface))}</ul>${
    more > 0
      ? html`<p>${link(surface, { view: 'gateway', gatewayId, late: 'DISTRIBUTION_FAILED', part: 'kits' }, `And ${counted(more, 'more kit')}: show all ${total}`)}</p>`
      : undefined
  }${rotation?.held ? html`<p>The rotation is held, and gives kits nothing until then: ${link(surface, { view: 'act', gatewayId, act: 'resume' }, 'resume it first')}.</p>` : undefined}<p class="after">${help(surface, 'failed')}</p></section>`;
};

const failedLine = (one: KitRow, { gatewayId, nowMs }: GatewayView, surface: Surface): Markup => {
  const { kitId, kind, owner, failure, acts } = one;
  return html`<li><p><strong>${kitId}</strong> <span class="soft">${kind}, ${owner}</span><br>${failureHtml(failure, nowMs)}</p>${
    acts.includes('retry-kit')
      ? link(
          surface,
          { view: 'act', gatewayId, act: 'retry-kit', kitId },
          `${actWords('retry-kit').verb} ${kitId}…`,
          'button',
        )
      : undefined
  }</li>`;
};

/** What failed, how often it was tried and when it is tried again; the code comes last. */
export const failureHtml = (failure: KitRow['failure'], nowMs: number): Markup => {
  if (!failure) return html`No reason is given.`;
  const { code, message, attempts, nextTryAtMs } = failure;
  const next =
    nextTryAtMs === undefined
      ? 'It is not tried again by itself'
      : nextTryAtMs <= nowMs
        ? 'It is due to be tried again now'
        : html`It is tried again ${when(nextTryAtMs, nowMs)}`;
  return html`${message} <span class="soft">Tried ${attempts === 1 ? 'once' : `${attempts} times`}. ${next}. <span class="id">${code}</span></span>`;
};
