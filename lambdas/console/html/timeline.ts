import { causeWords, counted, fromNow, stageWords } from '../view/labels.ts';
import type { CredentialLife, GatewayView } from '../view/views.ts';
import { html, type Markup } from './html.ts';
import { at, axis, bar, picture, type Scale, scaleOver, textAt, upright } from './scale.ts';

const rowHeight = 46;
const headHeight = 22;
const movesHeight = 52;

/** Everything on the picture that has a time; the running rotation in full, older lifetimes cut off where it began. */
const scaleFor = ({ rotation, credentials, nowMs }: GatewayView): Scale => {
  const ends = credentials.flatMap((one) => [
    one.quietUntilAtMs,
    one.rejectAfterAtMs,
    one.revokedAtMs,
    one.confirmedAtMs,
  ]);
  const starts = credentials.map(({ createdAtMs }) => createdAtMs);
  const known = [...starts, ...ends].filter((atMs) => atMs !== undefined);
  return rotation
    ? scaleOver([rotation.begun.atMs, nowMs, ...known.filter((atMs) => atMs >= rotation.begun.atMs)], 0.08, 0.06)
    : scaleOver([nowMs, ...known]);
};

/** When it was no longer accepted, or now. */
const endOf = ({ revokedAtMs, rejectAfterAtMs }: CredentialLife, nowMs: number): number =>
  Math.min(revokedAtMs ?? nowMs, rejectAfterAtMs ?? nowMs, nowMs);

const classOf = (one: CredentialLife, view: GatewayView): string => {
  if (one.rejectAfterAtMs !== undefined) return 'p-doomed';
  if (one.credentialId === view.rotation?.targetId) return 'p-new';
  return one.isLive && one.stage === 'CURRENT' && !view.rotation ? 'p-current' : 'p-old';
};

const wordOf = (one: CredentialLife): string => {
  if (one.cause) return causeWords[one.cause];
  if (one.rejectAfterAtMs !== undefined) return 'compromised';
  return one.stage ? stageWords[one.stage] : 'live';
};

/** The stretches of time in which two or more were accepted. */
const overlaps = (
  lifetimes: readonly CredentialLife[],
  scale: Scale,
  nowMs: number,
): readonly (readonly [number, number])[] => {
  const spans = lifetimes.map((one): readonly [number, number] => [one.createdAtMs ?? scale.fromMs, endOf(one, nowMs)]);
  return spans.flatMap(([from, to], index) =>
    spans.slice(index + 1).flatMap(([otherFrom, otherTo]): (readonly [number, number])[] => {
      const both = [Math.max(from, otherFrom), Math.min(to, otherTo)] as const;
      return both[0] < both[1] ? [both] : [];
    }),
  );
};

/** The lifetimes of the credentials and the moves of the kits as one picture, with its text alternative and its legend. */
export const timeline = (view: GatewayView): Markup => {
  const { nowMs, moves } = view;
  const scale = scaleFor(view);
  const credentials = view.credentials.filter((one) => endOf(one, nowMs) >= scale.fromMs);
  const movesAt = headHeight + credentials.length * rowHeight;
  const height = movesAt + (moves.length > 0 ? movesHeight : 0) + 22;
  const names = [
    ...credentials.map(
      (one, index) =>
        html`<text class="t-id" x="0" y="${headHeight + index * rowHeight + 17}">${one.credentialId}</text><text class="t-soft" x="0" y="${headHeight + index * rowHeight + 33}">${wordOf(one)}</text>`,
    ),
    moves.length > 0
      ? html`<text x="0" y="${movesAt + 24}">kits moved</text><text class="t-soft" x="0" y="${movesAt + 40}">${view.kits.updated} of ${view.kits.total}</text>`
      : undefined,
  ];
  const shading = overlaps(credentials, scale, nowMs).map(([from, to]) =>
    bar(scale, from, to, headHeight - 4, credentials.length * rowHeight, 'p-overlap'),
  );
  const lifetimes = credentials.map((one, index) => life(one, view, scale, headHeight + index * rowHeight));
  const times = [
    shading,
    axis(scale, height),
    lifetimes,
    moving(view, scale, movesAt),
    upright(scale, nowMs, 15, height - 20, 'p-now'),
    textAt(scale, nowMs, 11, 'now', ''),
  ];
  return html`${picture(`Timeline. ${sentence(view)}`, height, names, times)}${legend({ ...view, credentials })}`;
};

const life = (one: CredentialLife, view: GatewayView, scale: Scale, y: number): Markup => {
  const { nowMs } = view;
  const fromMs = one.createdAtMs ?? scale.fromMs;
  const endMs = endOf(one, nowMs);
  const middle = y + 19;
  const { quietSinceAtMs, quietUntilAtMs, rejectAfterAtMs, revokedAtMs, confirmedAtMs } = one;
  return html`${bar(scale, fromMs, endMs, y + 12, 14, classOf(one, view))}${
    quietSinceAtMs !== undefined && quietUntilAtMs !== undefined
      ? bar(scale, quietSinceAtMs, quietUntilAtMs, y + 29, 7, 'p-waiting')
      : undefined
  }${
    rejectAfterAtMs !== undefined && revokedAtMs === undefined
      ? html`${upright(scale, rejectAfterAtMs, y + 5, y + 33, 'p-danger')}${textAt(
          scale,
          rejectAfterAtMs,
          y + 44,
          `refused ${fromNow(rejectAfterAtMs, nowMs)}`,
          't-danger',
        )}`
      : undefined
  }${
    revokedAtMs === undefined
      ? undefined
      : html`<svg x="${at(scale, revokedAtMs)}" y="${middle - 6}" width="1" height="12" overflow="visible"><path class="p-danger" fill="none" d="M-5 1L5 11M5 1L-5 11"/></svg>`
  }${
    confirmedAtMs === undefined
      ? undefined
      : html`<svg x="${at(scale, confirmedAtMs)}" y="${middle - 6}" width="1" height="12" overflow="visible"><circle class="p-ring" cx="14" cy="6" r="5"/></svg>`
  }`;
};

/** How many kits had moved by when: steps that grow to the number of kits. */
const moving = ({ moves, kits, nowMs, rotation }: GatewayView, scale: Scale, y: number): readonly Markup[] => {
  if (moves.length === 0) return [];
  const full = 34;
  let moved = 0;
  const steps = moves.map(({ atMs, kits: more }, index) => {
    moved += more;
    const height = Math.max(2, (full * moved) / Math.max(1, kits.total));
    const untilMs = moves[index + 1]?.atMs ?? nowMs;
    return html`${bar(scale, atMs, untilMs, y + 8 + full - height, height, rotation ? 'p-new' : 'p-current')}`;
  });
  return [bar(scale, scale.fromMs, scale.toMs, y + 8, full, 'p-track'), ...steps];
};

/** The picture in words. */
const sentence = ({ credentials, kits, nowMs }: GatewayView): string =>
  [
    ...credentials.map((one) =>
      [
        `Credential ${one.credentialId}, ${wordOf(one)}`,
        one.createdAtMs === undefined ? undefined : `created ${fromNow(one.createdAtMs, nowMs)}`,
        one.quietUntilAtMs === undefined ? undefined : `quiet window ends ${fromNow(one.quietUntilAtMs, nowMs)}`,
        one.rejectAfterAtMs === undefined ? undefined : `refused ${fromNow(one.rejectAfterAtMs, nowMs)}`,
        one.revokedAtMs === undefined ? undefined : `revoked ${fromNow(one.revokedAtMs, nowMs)}`,
        one.confirmedAtMs === undefined ? undefined : `seen refused ${fromNow(one.confirmedAtMs, nowMs)}`,
      ]
        .filter((part) => part !== undefined)
        .join(', '),
    ),
    `${kits.updated} of ${counted(kits.total, 'kit')} moved`,
  ].join('. ');

const sign = (inside: Markup): Markup => html`<svg width="18" height="12" aria-hidden="true">${inside}</svg>`;
const block = (className: string): Markup =>
  sign(html`<rect class="${className}" x="1" y="1" width="16" height="9" rx="2"/>`);

const legend = ({ credentials, rotation }: GatewayView): Markup => {
  const has = (is: (one: CredentialLife) => boolean): boolean => credentials.some(is);
  const entries = [
    rotation?.targetId
      ? html`<li>${block('p-new')}${rotation.rolledBack ? 'goes back to this' : 'new'}</li>`
      : undefined,
    rotation ? undefined : html`<li>${block('p-current')}current</li>`,
    html`<li>${block('p-old')}${rotation?.rolledBack ? 'given up' : 'old'}</li>`,
    html`<li>${block('p-overlap')}overlap: both accepted</li>`,
    has((one) => one.quietUntilAtMs !== undefined) ? html`<li>${block('p-waiting')}quiet window</li>` : undefined,
    has((one) => one.rejectAfterAtMs !== undefined) ? html`<li>${block('p-doomed')}compromised</li>` : undefined,
    has((one) => one.revokedAtMs !== undefined)
      ? html`<li>${sign(html`<path class="p-danger" fill="none" d="M4 1L14 11M14 1L4 11"/>`)}revoked</li>`
      : undefined,
    has((one) => one.confirmedAtMs !== undefined)
      ? html`<li>${sign(html`<circle class="p-ring" cx="9" cy="6" r="5"/>`)}seen refused</li>`
      : undefined,
    html`<li>times in UTC</li>`,
  ];
  return html`<ul class="legend">${entries}</ul>`;
};
