import { counted, fromNow } from '../view/labels.ts';
import type { GatewayView, UseSpan } from '../view/views.ts';
import { html, type Markup } from './html.ts';
import { at, axis, bar, picture, type Scale, scaleOver } from './scale.ts';

const rowHeight = 36;
const lane = 8;

/** Which source used which credential from when to when. Only first and last use are recorded, so a bar says nothing of the time within. */
export const usePicture = (view: GatewayView): Markup => {
  const { uses, nowMs, rotation, targetId } = view;
  if (uses.spans.length === 0) return html`<p class="soft">No use of a live credential is recorded.</p>`;
  const fresh = rotation ? 'p-new' : 'p-current';
  const times = uses.spans.flat().flatMap(({ firstUsedAtMs, lastUsedAtMs }) => [firstUsedAtMs, lastUsedAtMs]);
  const scale = scaleOver([...times, nowMs]);
  const height = uses.spans.length * rowHeight + 26;
  const names = uses.spans.map(([first], index) => {
    const y = index * rowHeight;
    return first?.kitId === undefined
      ? html`<text x="0" y="${y + 19}">${first?.address}</text>`
      : html`<text x="0" y="${y + 13}">${first.kitId}</text><text class="t-soft" x="0" y="${y + 27}">${first.address}</text>`;
  });
  const rows = uses.spans.map((spans, index) =>
    spans.map((span) => spanOf(span, span.credentialId === targetId ? fresh : 'p-old', scale, index * rowHeight + 6)),
  );
  const more = uses.sources - uses.spans.length;
  return html`${picture(`Use over time. ${sentence(view)}`, height, names, [axis(scale, height), rows])}<ul class="legend"><li><svg width="18" height="12" aria-hidden="true"><rect class="${fresh}" x="1" y="2" width="16" height="7" rx="2"/></svg>uses ${targetId ?? 'the new credential'}</li><li><svg width="18" height="12" aria-hidden="true"><rect class="p-old" x="1" y="2" width="16" height="7" rx="2"/></svg>used another one</li><li>times in UTC</li></ul><p class="soft small">From the first to the last recorded use; of the time between nothing is known.${
    more > 0 ? ` ${counted(more, 'more source')} not drawn.` : undefined
  }</p>`;
};

/** The old credential on the upper lane, the new one on the lower. */
const spanOf = ({ firstUsedAtMs, lastUsedAtMs }: UseSpan, className: string, scale: Scale, y: number): Markup => {
  const top = className === 'p-old' ? y : y + lane + 3;
  return html`${bar(scale, firstUsedAtMs, lastUsedAtMs, top, lane, className)}<circle class="${className}" cx="${at(scale, lastUsedAtMs)}" cy="${top + lane / 2}" r="4.5"/>`;
};

const sentence = ({ uses, nowMs }: GatewayView): string =>
  uses.byCredential
    .map(
      ({ credentialId, sources, lastUsedAtMs }) =>
        `Credential ${credentialId}: ${counted(sources, 'source')}, last used ${fromNow(lastUsedAtMs, nowMs)}`,
    )
    .join('. ');
