import { describe, expect, it } from 'vitest';
import type { Kit, KitTraits, KitWork, Use } from '../../lambdas/domain/kit.ts';
import { judgeKit } from '../../lambdas/domain/kit-verdict.ts';
import { a, b, now, r1 } from './gateways.ts';
import { credentialId, newKit } from './model.ts';

const expected = { targetId: b, generation: 2, useRecordingSeconds: 60 };
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

describe('a kit stays a laggard', () => {
  it.each<[string, Partial<Kit>, string]>([
    ['without work', { work: { ...work, credentialId: a } }, 'NOT_DISTRIBUTED'],
    ['while its work is pending', { work: { ...work, state: 'PENDING' } }, 'NOT_DISTRIBUTED'],
    ['when a later generation has written', { work: { ...work, generation: 3 } }, 'NOT_DISTRIBUTED'],
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
