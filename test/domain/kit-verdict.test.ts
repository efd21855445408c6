import { describe, expect, it } from 'vitest';
import type { Kit, KitTraits, KitWork, Use } from '../../lambdas/domain/kit.ts';
import { judgeKit } from '../../lambdas/domain/kit-verdict.ts';
import { a, b, now, r1 } from './gateways.ts';
import { credentialId, newKit } from './model.ts';

const expected = { targetId: b, generation: 2, useRecordingSeconds: 60, longestWaitSeconds: 900 };
const installedAtMs = now - 600_000;
const base: Kit = { ...newKit(0, 0).kit, lookBackSeconds: 3600 };
const work: KitWork = {
  rotationId: r1,
  generation: 2,
  credentialId: b,
  state: 'INSTALLED',
  attempts: 1,
  changedAtMs: installedAtMs,
};
const traits = (readBackProves: KitTraits['readBackProves'], installedBy: KitTraits['installedBy'] = 'us') => ({
  readBackProves,
  installedBy,
  propagationSeconds: 60,
});
const kit = (changes: Partial<Kit> = {}): Kit => ({ ...base, work, ...changes });
const used = (id: string, address: string, lastUsedAtMs: number): Use => ({
  credentialId: credentialId(id),
  kitId: 'kit-0',
  address,
  firstUsedAtMs: lastUsedAtMs,
  lastUsedAtMs,
});
const matches = { matches: true, atMs: now };
const judge = (one: Kit, uses: readonly Use[] = []): string => {
  const verdict = judgeKit(one, uses, expected, now);
  return verdict.kind === 'UPDATED' ? verdict.evidence.kind : verdict.code;
};

describe('a kit counts as updated', () => {
  it('when it was seen to use the new credential', () =>
    expect(judge(kit(), [used('c-b', '10.0.0.1', now - 5)])).toBe('observed'));
  it('when it was seen to, however long ago: observation does not age', () => {
    const long = kit({ work: { ...work, changedAtMs: now - 90_000_000 } });
    expect(judge(long, [used('c-b', '10.0.0.1', now - 80_000_000)])).toBe('observed');
  });
  it('when it is idle and its data plane was read back', () =>
    expect(judge(kit({ traits: traits('data-plane'), work: { ...work, readBack: matches } }))).toBe('read-back'));
  it('when it is idle, installed by its owner, and he repeated the credentialId', () => {
    const acknowledged = { credentialId: b, actor: 'owner', atMs: now };
    expect(judge(kit({ traits: traits('nothing', 'owner'), acknowledged }))).toBe('acknowledged');
  });
  it('when the source on the predecessor was last seen before the look-back', () => {
    const uses = [used('c-a', '10.0.0.2', now - 3_600_001), used('c-b', '10.0.0.1', now - 5)];
    expect(judge(kit(), uses)).toBe('observed');
  });
});

describe('a kit that failed', () => {
  it.each([
    ['once', 1, 5_000],
    ['three times', 3, 20_000],
    ['again and again', 40, 900_000],
  ])('%s is given the credential again after a pause, which doubles up to the longest wait', (_, attempts, pauseMs) => {
    const failedAt = (changedAtMs: number) => {
      const failed = kit({ work: { ...work, state: 'FAILED', attempts, changedAtMs } });
      const verdict = judgeKit(failed, [], expected, now);
      return verdict.kind === 'LAGGARD' && verdict.redo;
    };
    expect(failedAt(now - pauseMs + 1)).toBe(false);
    expect(failedAt(now - pauseMs)).toBe(true);
  });
});

describe('a kit stays a laggard', () => {
  it('when some of too many sources were seen on the predecessor: who of them moved is not known, until a person retires them', () => {
    const many = { ...used('c-a', 'many-others', now - 500), areMany: true as const };
    const uses = [many, { ...many, credentialId: b, lastUsedAtMs: now - 5 }];
    expect(judge(kit(), uses)).toBe('STILL_ON_PREDECESSOR');
    const retired = { source: 'many-others', actor: 'ann', reason: 'gone', atMs: now - 400 };
    expect(judge(kit({ retiredSources: [retired] }), uses)).toBe('observed');
  });
  it.each<[string, Partial<Kit>, string]>([
    ['without work', { work: { ...work, credentialId: a } }, 'NOT_DISTRIBUTED'],
    ['while its work is pending', { work: { ...work, state: 'PENDING' } }, 'NOT_DISTRIBUTED'],
    ['when a later generation has written', { work: { ...work, generation: 3 } }, 'NOT_DISTRIBUTED'],
    [
      'when distribution failed and it waits for its next try',
      { work: { ...work, state: 'PENDING', failure: { code: 'TIMEOUT', message: 'It did not answer in time.' } } },
      'DISTRIBUTION_FAILED',
    ],
    ['when distribution failed', { work: { ...work, state: 'FAILED' } }, 'DISTRIBUTION_FAILED'],
    [
      'when its read-back differs',
      { work: { ...work, readBack: { ...matches, matches: false } } },
      'READ_BACK_DIFFERS',
    ],
    [
      'with only its store read back, even when idle',
      { traits: traits('store'), work: { ...work, readBack: matches } },
      'NOT_SEEN_YET',
    ],
    ['in silence', {}, 'NOT_SEEN_YET'],
    ['until its owner says so', { traits: traits('nothing', 'owner') }, 'WAITS_FOR_OWNER'],
    [
      'when the acknowledgement names another credential',
      { traits: traits('nothing', 'owner'), acknowledged: { credentialId: a, actor: 'owner', atMs: now } },
      'WAITS_FOR_OWNER',
    ],
    [
      'when the acknowledgement is older than the installation',
      {
        traits: traits('nothing', 'owner'),
        acknowledged: { credentialId: b, actor: 'owner', atMs: installedAtMs - 1 },
      },
      'WAITS_FOR_OWNER',
    ],
  ])('%s', (_, changes, code) => expect(judge(kit(changes))).toBe(code));

  it('when one of its two nodes is still on the predecessor', () => {
    const uses = [used('c-b', '10.0.0.1', now - 5), used('c-a', '10.0.0.2', now - 60_000)];
    const verdict = judgeKit(kit(), uses, expected, now);
    expect(verdict).toMatchObject({ code: 'STILL_ON_PREDECESSOR', addresses: ['10.0.0.2'] });
  });
  it('when both credentials were last used in the same millisecond: a tie is not moved', () =>
    expect(judge(kit(), [used('c-b', '10.0.0.1', now - 5), used('c-a', '10.0.0.1', now - 5)])).toBe(
      'STILL_ON_PREDECESSOR',
    ));
  it('when it is not idle, whatever was read back', () =>
    expect(
      judge(kit({ traits: traits('data-plane'), work: { ...work, readBack: matches } }), [
        used('c-a', '10.0.0.1', now - 3_600_000),
      ]),
    ).toBe('STILL_ON_PREDECESSOR'));
  it('when its use of the credential is older than the installation, as after a roll-back', () =>
    expect(judge(kit(), [used('c-b', '10.0.0.1', installedAtMs - 1)])).toBe('NOT_SEEN_YET'));
  it('and is given the credential again once its propagation time has passed', () => {
    const redoes = (lastUsedAtMs: number) => judgeKit(kit(), [used('c-a', '10.0.0.1', lastUsedAtMs)], expected, now);
    expect(redoes(installedAtMs + 120_000)).toMatchObject({ redo: false });
    expect(redoes(installedAtMs + 120_001)).toMatchObject({ redo: true });
  });
});

describe('Several nodes behind one address', () => {
  const from = (firstUsedAtMs: number, use: Use): Use => ({ ...use, firstUsedAtMs });
  const both = [
    from(installedAtMs + 10_000, used('c-b', '10.0.0.1', now - 5)),
    from(0, used('c-a', '10.0.0.1', installedAtMs + 10_001)),
  ];

  it('stay a laggard for the whole look-back, though the latest use is of the new credential', () => {
    expect(judgeKit(kit(), both, expected, now)).toMatchObject({
      code: 'SEEN_ON_BOTH',
      addresses: ['10.0.0.1'],
      lastUseMs: installedAtMs + 10_001,
      redo: false,
    });
    expect(judge(kit({ lookBackSeconds: 590 }), both)).toBe('SEEN_ON_BOTH');
    expect(judge(kit({ lookBackSeconds: 589 }), both)).toBe('observed');
  });
  it('are one node when its last use of the old one came before its first of the new one', () =>
    expect(
      judge(kit(), [
        from(installedAtMs + 10_000, used('c-b', '10.0.0.1', now - 5)),
        from(0, used('c-a', '10.0.0.1', installedAtMs + 10_000)),
      ]),
    ).toBe('observed'));
  it('are told apart by the time to pick it up when the credential was used before it was installed again', () => {
    const again = (oldMs: number) => [
      from(0, used('c-b', '10.0.0.1', now - 5)),
      from(0, used('c-a', '10.0.0.1', oldMs)),
    ];
    expect(judge(kit(), again(installedAtMs + 120_000))).toBe('observed');
    expect(judge(kit(), again(installedAtMs + 120_001))).toBe('SEEN_ON_BOTH');
  });
  it('are counted exactly when their Service URLs name them, whatever their address', () => {
    const node = (name: string, use: Use): Use => ({ ...use, node: name });
    const uses = [
      node('blue', used('c-b', '10.0.0.1', now - 5)),
      node('green', from(0, used('c-a', '10.0.0.1', now - 9))),
    ];
    expect(judgeKit(kit(), uses, expected, now)).toMatchObject({ code: 'STILL_ON_PREDECESSOR', addresses: ['green'] });
  });
  it('are all wanted when it is said how many there are', () => {
    const uses = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => used('c-b', address, now - 5));
    expect(judgeKit(kit({ expectedSources: 4 }), uses, expected, now)).toMatchObject({
      code: 'TOO_FEW_SOURCES',
      sources: { seen: 3, expected: 4 },
    });
    expect(judge(kit({ expectedSources: 3 }), uses)).toBe('observed');
  });
});

describe('A source that a person has declared gone', () => {
  const retiredSources = [{ source: '10.0.0.2', actor: 'ann', reason: 'the pod was replaced', atMs: now - 60_000 }];
  const uses = (goneMs: number) => [used('c-b', '10.0.0.1', now - 5), used('c-a', '10.0.0.2', goneMs)];

  it('holds nothing up any more', () => expect(judge(kit({ retiredSources }), uses(now - 60_000))).toBe('observed'));
  it('is back with any new use', () =>
    expect(judge(kit({ retiredSources }), uses(now - 59_999))).toBe('STILL_ON_PREDECESSOR'));
  it('is that one source only', () =>
    expect(judge(kit({ retiredSources }), [used('c-a', '10.0.0.3', now - 60_000)])).toBe('STILL_ON_PREDECESSOR'));
});

describe('In a pass that decides, what can be read back', () => {
  const decides = { ...expected, readBackSinceMs: now - 10 };
  const observed = [used('c-b', '10.0.0.1', now - 5)];
  const readBackAt = (atMs: number, readBackProves: KitTraits['readBackProves'] = 'store', value = true) =>
    judgeKit(
      kit({ traits: traits(readBackProves), work: { ...work, readBack: { matches: value, atMs } } }),
      observed,
      decides,
      now,
    );

  it('has to match now, though it was observed', () => {
    expect(readBackAt(now - 10)).toMatchObject({ kind: 'UPDATED' });
    expect(readBackAt(now - 11)).toMatchObject({ code: 'NOT_READ_BACK' });
    expect(readBackAt(now - 10, 'store', false)).toMatchObject({ code: 'READ_BACK_DIFFERS', redo: true });
  });
  it('is asked of no kit that shows nothing', () =>
    expect(readBackAt(now - 11, 'nothing')).toMatchObject({ kind: 'UPDATED' }));
});
