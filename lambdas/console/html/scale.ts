import { html, type Insert, type Markup } from './html.ts';

/** A stretch of time that a picture shows; positions are percentages of its width, so that a picture fits any width with its letters as they are. */
export type Scale = { readonly fromMs: number; readonly toMs: number };

/** A scale over these times, with a little room on both sides. */
export const scaleOver = (times: readonly number[], roomLeft = 0.02, roomRight = 0.04): Scale => {
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const length = Math.max(1000, last - first);
  return { fromMs: first - length * roomLeft, toMs: last + length * roomRight };
};

const share = ({ fromMs, toMs }: Scale, atMs: number): number =>
  Math.min(100, Math.max(0, (100 * (atMs - fromMs)) / (toMs - fromMs)));

/** Where a time is, such as "37.25%"; what lies outside is at the edge. */
export const at = (scale: Scale, atMs: number): string => `${share(scale, atMs).toFixed(2)}%`;

/** A bar between two times, never thinner than can be seen. */
export const bar = (
  scale: Scale,
  fromMs: number,
  toMs: number,
  y: number,
  height: number,
  className: string,
): Markup => {
  const [left, right] = [share(scale, fromMs), share(scale, toMs)];
  return html`<rect class="${className}" x="${left.toFixed(2)}%" y="${y}" width="${Math.max(0.35, right - left).toFixed(2)}%" height="${height}" rx="3"/>`;
};

const [minute, hour, day] = [60, 3_600, 86_400];
const steps = [
  ...[1, 2, 5, 10, 15, 30, minute, 2 * minute, 5 * minute, 15 * minute, 30 * minute],
  ...[hour, 3 * hour, 6 * hour, 12 * hour, day, 7 * day, 30 * day, 90 * day, 365 * day],
];
const ticksAtMost = 5;

/** The times at which the axis is named: round ones, at most five. */
const ticks = ({ fromMs, toMs }: Scale): readonly number[] => {
  const seconds = steps.find((step) => (toMs - fromMs) / 1000 / step <= ticksAtMost) ?? 365 * day;
  const stepMs = seconds * 1000;
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  return Array.from({ length: Math.floor((toMs - first) / stepMs) + 1 }, (_, index) => first + index * stepMs);
};

/** "Nov 23" for long pictures, "07:48" for short ones, with seconds for very short ones; all in UTC. */
const tickText = ({ fromMs, toMs }: Scale, atMs: number): string => {
  const [day = '', time = ''] = new Date(atMs).toISOString().split('T');
  const span = toMs - fromMs;
  if (span > 3 * 86_400_000) return day;
  return span < 8 * 60_000
    ? time.slice(0, 8)
    : span < 86_400_000
      ? time.slice(0, 5)
      : `${day.slice(5)} ${time.slice(0, 5)}`;
};

const anchorAt = (percent: number): string => (percent < 10 ? 'start' : percent > 90 ? 'end' : 'middle');

/** Lines and names of the axis, in the lowest 20 units. */
export const axis = (scale: Scale, height: number): readonly Markup[] =>
  ticks(scale).map(
    (atMs) =>
      html`${upright(scale, atMs, 0, height - 20, 'p-line')}${textAt(scale, atMs, height - 5, tickText(scale, atMs), 't-soft')}`,
  );

/** A text at a time, kept within the picture. */
export const textAt = (scale: Scale, atMs: number, y: number, text: string, className: string): Markup =>
  html`<text class="${className}" x="${at(scale, atMs)}" y="${y}" text-anchor="${anchorAt(share(scale, atMs))}">${text}</text>`;

/** An upright line at a time. */
export const upright = (scale: Scale, atMs: number, fromY: number, toY: number, className: string): Markup =>
  html`<line class="${className}" x1="${at(scale, atMs)}" x2="${at(scale, atMs)}" y1="${fromY}" y2="${toY}"/>`;

/** A picture with names on the left and times on the right; `alternative` says in words what it shows. */
export const picture = (alternative: string, height: number, names: Insert, times: Insert): Markup =>
  html`<svg class="picture" role="img" aria-label="${alternative}" width="100%" height="${height}"><svg x="0" y="0" width="25%" height="${height}">${names}</svg><svg x="27%" y="0" width="73%" height="${height}" overflow="visible">${times}</svg></svg>`;
