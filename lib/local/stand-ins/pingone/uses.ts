import type { HeldCredential } from './state.ts';

type Uses = HeldCredential['uses'];

/** Uses nearer to each other than this part of the lag count as one, so that a busy credential stays small. */
const parts = 50;

/** The uses with one more, and without those that a later visible one covers. */
export const withUse = (uses: Uses, atMs: number, lagMs: number): Uses => {
  const last = uses.at(-1);
  const grouped =
    last !== undefined && last.lagMs === lagMs && atMs - last.fromMs <= lagMs / parts
      ? [...uses.slice(0, -1), { ...last, untilMs: atMs }]
      : [...uses, { fromMs: atMs, untilMs: atMs, lagMs }];
  const visible = grouped.findLastIndex((use) => isVisible(use, atMs));
  return visible > 0 ? grouped.slice(visible) : grouped;
};

/** What `lastUsedAt` shows now; `undefined` before the first use is visible. */
export const lastVisibleUse = (uses: Uses, nowMs: number): number | undefined =>
  uses.findLast((use) => isVisible(use, nowMs))?.untilMs;

const isVisible = ({ untilMs, lagMs }: Uses[number], nowMs: number): boolean => untilMs + lagMs <= nowMs;
