import { describe, expect, test } from 'vitest';
import type { Kit, KitTraits, KitWork } from '../../lambdas/domain/kit.ts';
import { judgeKit } from '../../lambdas/domain/kit-verdict.ts';
import { lastUseByOthers, proofsPossible, type SharedUse } from '../../lambdas/domain/shared-use.ts';
import { a, b, now, r1 } from './gateways.ts';
import { newKit } from './model.ts';

describe('A use by somebody else than us', () => {
  test('is not proven while lastUsedAt is absent: it was never used', () => {
    expect(lastUseByOthers(undefined, undefined, 60_000)).toBeUndefined();
    expect(lastUseByOthers(undefined, 1_000_000, 60_000)).toBeUndefined();
  });
  test('is any use of a credential that we never probed', () => {
    expect(lastUseByOthers(5, undefined, 60_000)).toBe(5);
  });
  test('is later than the end of our last probe, a second and the lag; anything up to then may be the probe itself', () => {
    const probedUntilMs = 1_000_000;
    expect(lastUseByOthers(900_000, probedUntilMs, 60_000)).toBeUndefined();
    expect(lastUseByOthers(1_000_100, probedUntilMs, 60_000)).toBeUndefined();
    expect(lastUseByOthers(1_061_000, probedUntilMs, 60_000)).toBeUndefined();
    expect(lastUseByOthers(1_061_001, probedUntilMs, 60_000)).toBe(1_061_001);
  });
});

const changedAtMs = now - 600_000;
const work: KitWork = {
  rotationId: r1,
  generation: 2,
  credentialId: b,
  state: 'INSTALLED',
  attempts: 1,
  changedAtMs,
};
const proving = (readBackProves: KitTraits['readBackProves'], installedBy: KitTraits['installedBy'] = 'us') => ({
  traits: { installedBy, readBackProves, propagationSeconds: 0 },
});
const readBack = { matches: true, atMs: changedAtMs + 500 };
const said = { credentialId: b, actor: 'its owner', atMs: changedAtMs + 500 };
const many: SharedUse = { isOnlyKit: false };
const used: SharedUse = { isOnlyKit: false, targetUsedAtMs: changedAtMs + 1_000 };
const only: SharedUse = { ...used, isOnlyKit: true };

const judge = (
  doing: Partial<KitWork>,
  sharedUse: SharedUse,
  more: Partial<Kit> = proving('nothing'),
  passes: { readonly readBackSinceMs?: number } = {},
) => {
  const kit: Kit = { ...newKit(0, 0).kit, work: { ...work, ...doing }, ...more };
  return judgeKit(
    kit,
    [],
    { targetId: b, generation: 2, useRecordingSeconds: 60, longestWaitSeconds: 900, sharedUse, ...passes },
    now,
  );
};
const rests = (...given: Parameters<typeof judge>) => {
  const verdict = judge(...given);
  return verdict.kind === 'UPDATED' ? verdict.evidence.restsOn : verdict.code;
};

describe('Where kits call PingOne', () => {
  test('a kit of which nothing is known is a laggard, however busy the new credential is', () => {
    expect(rests({}, used)).toBe('NOT_SEEN_YET');
    expect(rests({ state: 'WITH_OWNER' }, used, proving('nothing', 'owner'))).toBe('WAITS_FOR_OWNER');
  });

  test.each<[string, Partial<KitWork>, SharedUse, Partial<Kit>, string]>([
    ['the read-back of its data plane', { readBack }, many, proving('data-plane'), 'read-back'],
    ['a request through it and a use since', { probedAtMs: changedAtMs + 500 }, used, proving('nothing'), 'probed'],
    ['the use of the new credential when it is the only kit', {}, only, proving('nothing'), 'used'],
    ['what it has stored and a use beside it', { readBack }, used, proving('store'), 'stored'],
    ["its owner's word", {}, many, { ...proving('nothing'), acknowledged: said }, 'acknowledged'],
  ])('a kit is believed on %s', (_what, doing, use, more, proof) => {
    expect(rests(doing, use, more)).toEqual([proof]);
    expect(judge(doing, use, more)).toMatchObject({ kind: 'UPDATED', evidence: { kind: proof } });
  });

  test('what is only stored needs somebody to use the new credential as well', () => {
    expect(rests({ readBack }, many, proving('store'))).toBe('NOT_SEEN_YET');
  });

  test('a request through it proves nothing until PingOne shows a use that is later', () => {
    const probedAtMs = changedAtMs + 500;
    expect(rests({ probedAtMs }, many)).toBe('NOT_SEEN_YET');
    expect(rests({ probedAtMs }, { ...many, targetUsedAtMs: probedAtMs - 1 })).toBe('NOT_SEEN_YET');
    expect(rests({ probedAtMs }, { ...many, targetUsedAtMs: probedAtMs })).toEqual(['probed']);
  });

  test('a request through it proves nothing while a predecessor was used then or since, or PingOne would not show it yet', () => {
    const probedAtMs = changedAtMs + 60_000;
    const since = { ...many, targetUsedAtMs: probedAtMs + 500 };
    const shownUntilMs = probedAtMs + 1_001;
    expect(rests({ probedAtMs }, { ...since, retiring: { shownUntilMs } })).toEqual(['probed']);
    expect(rests({ probedAtMs }, { ...since, retiring: { shownUntilMs: shownUntilMs - 1 } })).toBe('NOT_SEEN_YET');
    const retiring = (usedAtMs: number) => ({ ...since, retiring: { shownUntilMs, usedAtMs } });
    expect(rests({ probedAtMs }, retiring(probedAtMs - 1_001))).toEqual(['probed']);
    expect(rests({ probedAtMs }, retiring(probedAtMs - 1_000))).toBe('NOT_SEEN_YET');
    expect(rests({ probedAtMs }, retiring(probedAtMs + 40_000))).toBe('NOT_SEEN_YET');
  });

  test('the verdict says everything that it rests on and what it lacks, and shows the strongest with its time', () => {
    expect(judge({ readBack }, used, { ...proving('store'), acknowledged: said })).toMatchObject({
      kind: 'UPDATED',
      evidence: {
        kind: 'stored',
        atMs: changedAtMs + 500,
        restsOn: ['stored', 'acknowledged'],
        lacks: ['read-back', 'probed', 'used'],
      },
    });
  });

  test('a read-back that differs outweighs everything', () => {
    const doing = { readBack: { ...readBack, matches: false }, probedAtMs: changedAtMs };
    expect(judge(doing, only, { ...proving('data-plane'), acknowledged: said })).toMatchObject({
      kind: 'LAGGARD',
      code: 'READ_BACK_DIFFERS',
      redo: true,
    });
  });

  test('the pass that decides wants what can be read back to be read again, whatever else speaks for the kit', () => {
    const strong = { ...proving('store'), acknowledged: said };
    expect(rests({ readBack }, only, strong, { readBackSinceMs: now })).toBe('NOT_READ_BACK');
    expect(rests({ readBack: { matches: true, atMs: now } }, only, strong, { readBackSinceMs: now })).toContain(
      'stored',
    );
  });

  test.each<[string, Partial<KitWork>, SharedUse, Partial<Kit>]>([
    ['a read-back', { readBack: { matches: true, atMs: changedAtMs - 1 } }, many, proving('data-plane')],
    ['a request through it', { probedAtMs: changedAtMs - 1 }, used, proving('nothing')],
    ['a use', {}, { isOnlyKit: true, targetUsedAtMs: changedAtMs - 1 }, proving('nothing')],
    ['a word', {}, many, { ...proving('nothing'), acknowledged: { ...said, atMs: changedAtMs - 1 } }],
    ['a word for another credential', {}, many, { ...proving('nothing'), acknowledged: { ...said, credentialId: a } }],
  ])('refuses %s from before it was given the credential', (_what, doing, use, more) => {
    expect(rests(doing, use, more)).toBe('NOT_SEEN_YET');
  });

  test('a kit that has not got the credential stays one, whatever PingOne shows', () => {
    expect(rests({ credentialId: a }, only)).toBe('NOT_DISTRIBUTED');
    expect(rests({ state: 'PENDING' }, only)).toBe('NOT_DISTRIBUTED');
    expect(rests({ state: 'FAILED', failure: { code: 'HTTP_503', message: 'down' } }, only)).toBe(
      'DISTRIBUTION_FAILED',
    );
  });
});

test('What a kit can rest on at all follows from what is registered of it; an owner can always say so', () => {
  expect(proofsPossible(proving('nothing'), false, false)).toEqual(['acknowledged']);
  expect(proofsPossible(proving('data-plane'), true, false)).toEqual(['read-back', 'acknowledged']);
  expect(proofsPossible(proving('data-plane'), false, false)).toEqual(['acknowledged']);
  expect(proofsPossible({ ...proving('store'), probeUrl: 'https://api.example.com/' }, true, true)).toEqual([
    'probed',
    'used',
    'stored',
    'acknowledged',
  ]);
});
