import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CredentialId } from '../../lambdas/domain/ids.ts';
import {
  judgePredecessorsQuiet,
  lastUseByOthers,
  type Poll,
  type UseSettings,
  type Watch,
  watchPredecessors,
} from '../../lambdas/domain/pingone-evidence.ts';

const settings: UseSettings = { lastUsedLagMs: 60_000, quietWindowMs: 600_000, longestGapMs: 150_000 };
const old = 'old' as CredentialId;
const read = (atMs: number, lastUsedAtMs?: number): Poll => ({
  kind: 'read',
  atMs,
  listed: [{ credentialId: old, createdAtMs: 0, ...(lastUsedAtMs === undefined ? {} : { lastUsedAtMs }) }],
});
const watched = (polls: readonly Poll[]) =>
  polls.reduce<Watch | undefined>((watch, poll) => watchPredecessors(watch, poll, [old], settings), undefined);
const judge = (...polls: readonly Poll[]) => judgePredecessorsQuiet(watched(polls), settings);
/** A poll every 100 s from `fromMs` to `toMs`. */
const every100s = (fromMs: number, toMs: number, lastUsedAtMs?: number) =>
  Array.from({ length: (toMs - fromMs) / 100_000 + 1 }, (_, index) => read(fromMs + index * 100_000, lastUsedAtMs));

describe('A use by somebody else than us', () => {
  test('is not proven while lastUsedAt is absent: it was never used', () => {
    expect(lastUseByOthers({}, undefined, settings)).toBeUndefined();
  });
  test('is any use of a credential that we never probed', () => {
    expect(lastUseByOthers({ lastUsedAtMs: 5 }, undefined, settings)).toBe(5);
  });
  test('is later than our last probe and the lag; anything up to then may be the probe itself', () => {
    const probedAtMs = 1_000_000;
    expect(lastUseByOthers({ lastUsedAtMs: 1_000_100 }, probedAtMs, settings)).toBeUndefined();
    expect(lastUseByOthers({ lastUsedAtMs: 1_061_000 }, probedAtMs, settings)).toBeUndefined();
    expect(lastUseByOthers({ lastUsedAtMs: 1_061_001 }, probedAtMs, settings)).toBe(1_061_001);
  });
});

describe('The quiet of predecessors', () => {
  test('is proven by a whole window of watching and the lag', () => {
    expect(judge(...every100s(1_000_000, 1_600_000))).toEqual({ kind: 'NOT_QUIET', quietAtMs: 1_660_000 });
    expect(judge(...every100s(1_000_000, 1_600_000), read(1_660_000))).toEqual({
      kind: 'QUIET',
      sinceMs: 1_000_000,
      provenUntilMs: 1_600_000,
    });
  });
  test('does not count time before anybody watched, however long the last use is ago', () => {
    expect(judge(read(9_000_000, 5))).toEqual({ kind: 'NOT_QUIET', quietAtMs: 9_660_000 });
  });
  test('begins anew with every use', () => {
    const polls = [...every100s(1_000_000, 1_300_000), ...every100s(1_400_000, 1_700_000, 1_350_000)];
    expect(judge(...polls)).toEqual({ kind: 'NOT_QUIET', quietAtMs: 2_010_000 });
  });
  test('is not proven without a watch', () => {
    expect(judge()).toEqual({ kind: 'NOT_QUIET' });
  });
  test.each([
    [
      'a poll that could not read PingOne',
      [...every100s(1_000_000, 1_300_000), { kind: 'unreadable' } as const, ...every100s(1_400_000, 1_700_000)],
    ],
    ['a pause that was too long', [...every100s(1_000_000, 1_200_000), ...every100s(1_400_000, 1_700_000)]],
    ['a clock that went back', [...every100s(2_000_000, 2_400_000), ...every100s(1_400_000, 1_700_000)]],
    [
      'a lastUsedAt that went back',
      [...every100s(1_000_000, 1_300_000, 900_000), ...every100s(1_400_000, 1_700_000, 800_000)],
    ],
    [
      'a lastUsedAt that disappeared',
      [...every100s(1_000_000, 1_300_000, 900_000), ...every100s(1_400_000, 1_700_000)],
    ],
  ])('begins anew after %s', (_why, polls) => {
    expect(judge(...polls)).toEqual({ kind: 'NOT_QUIET', quietAtMs: 2_060_000 });
  });
  test('is not held up by one that is not there any more', () => {
    const gone: Poll = { kind: 'read', atMs: 1_100_000, listed: [] };
    expect(watched([read(1_000_000, 999_000), gone])).toEqual({
      sinceMs: 1_000_000,
      lastPollAtMs: 1_100_000,
      lastUses: {},
    });
  });
});

test('No use is overlooked: quiet is never said with a use in the window that was proven, whatever the polls and the lag', () => {
  const rarely = fc.nat(19).map((one) => one === 0);
  const afterMs = fc.integer({ min: 1_000, max: 151_000 });
  const step = fc.record({ afterMs, used: rarely, fails: rarely, lagMs: fc.nat(60_000) });
  let quiet = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), (steps) => {
      const uses: { readonly atMs: number; readonly shownAtMs: number }[] = [];
      let nowMs = 1_000_000;
      let watch: Watch | undefined;
      for (const { afterMs, used, fails, lagMs } of steps) {
        if (used) uses.push({ atMs: nowMs + 500, shownAtMs: nowMs + 500 + lagMs });
        nowMs += afterMs;
        const shown = uses.filter((use) => use.shownAtMs <= nowMs).map((use) => use.atMs);
        const poll = fails
          ? ({ kind: 'unreadable' } as const)
          : read(nowMs, shown.length === 0 ? undefined : Math.max(...shown));
        watch = watchPredecessors(watch, poll, [old], settings);
        const verdict = judgePredecessorsQuiet(watch, settings);
        if (verdict.kind !== 'QUIET') continue;
        quiet += 1;
        expect(uses.filter(({ atMs }) => atMs > verdict.sinceMs && atMs <= verdict.provenUntilMs)).toEqual([]);
        expect(verdict.provenUntilMs - verdict.sinceMs).toBeGreaterThanOrEqual(settings.quietWindowMs);
      }
    }),
    { numRuns: 500, seed: 20_261_126 },
  );
  expect(quiet).toBeGreaterThan(500);
});
